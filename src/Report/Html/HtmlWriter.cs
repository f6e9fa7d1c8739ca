using System.Runtime.CompilerServices;

namespace Hooktrail.Report.Html;

/// <summary>Safe HTML: made by this assembly from escaped values.</summary>
internal readonly record struct Markup(string Html);

/// <summary>
/// Writes HTML. An interpolated string is markup; the values in its holes are text and are escaped. Only <see
/// cref="Markup"/> is written unchanged, so a title or a log line can only be text.
/// </summary>
internal sealed class HtmlWriter(TextWriter to)
{
    public void Add([InterpolatedStringHandlerArgument("")] HtmlText text) => _ = text;

    public void Add(Markup markup) => to.Write(markup.Html);

    internal void Literal(string markup) => to.Write(markup);

    /// <summary>The text can neither begin nor end an element or an attribute's value in double quotes.</summary>
    internal void Text(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny(Escaping.Special) is var at and >= 0)
        {
            to.Write(text[..at]);
            to.Write(Escaping.Of(text[at]));
            text = text[(at + 1)..];
        }
        to.Write(text);
    }
}

[InterpolatedStringHandler]
internal readonly ref struct HtmlText
{
    private readonly HtmlWriter _writer;

    /// <summary>Called by the compiler.</summary>
    public HtmlText(int literalLength, int formattedCount, HtmlWriter writer) =>
        (_, _, _writer) = (literalLength, formattedCount, writer);

    /// <summary>The markup between the holes.</summary>
    public void AppendLiteral(string markup) => _writer.Literal(markup);

    public void AppendFormatted(string? value) => _writer.Text(value);

    public void AppendFormatted(int value) => _writer.Literal(value.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(ulong value) => _writer.Literal(value.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(Markup value) => _writer.Literal(value.Html);
}
