using System.Globalization;
using System.Runtime.CompilerServices;

namespace Hooktrail.Report.Html;

/// <summary>HTML that is known to be safe: made by this assembly from escaped values.</summary>
/// <param name="Html">The markup.</param>
internal readonly record struct Markup(string Html);

/// <summary>
/// Writes HTML. What stands in an interpolated string is markup, what stands in its holes is text and is escaped: there is no
/// way to write a value as it is but by <see cref="Markup"/>, so that a title or a log line is shown and never obeyed.
/// </summary>
internal sealed class HtmlWriter(TextWriter to)
{
    /// <summary>Writes markup with values in it.</summary>
    public void Add([InterpolatedStringHandlerArgument("")] HtmlText text) => _ = text;

    /// <summary>Writes what is markup already.</summary>
    public void Add(Markup markup) => to.Write(markup.Html);

    internal void Literal(string markup) => to.Write(markup);

    /// <summary>Writes text so that it can neither begin nor end an element or an attribute's value, here between double quotes.</summary>
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

/// <summary>An interpolated string on its way into an <see cref="HtmlWriter"/>.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlText
{
    private readonly HtmlWriter _writer;

    /// <summary>Called by the compiler.</summary>
    public HtmlText(int literalLength, int formattedCount, HtmlWriter writer) => (_, _, _writer) = (literalLength, formattedCount, writer);

    /// <summary>The markup between the holes.</summary>
    public void AppendLiteral(string markup) => _writer.Literal(markup);

    /// <summary>A value, escaped.</summary>
    public void AppendFormatted(string? value) => _writer.Text(value);

    /// <summary>A number.</summary>
    public void AppendFormatted(int value) => _writer.Literal(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A number.</summary>
    public void AppendFormatted(ulong value) => _writer.Literal(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>What is markup already.</summary>
    public void AppendFormatted(Markup value) => _writer.Literal(value.Html);
}
