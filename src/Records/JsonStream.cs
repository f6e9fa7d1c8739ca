using System.Text.Json;

namespace Hooktrail.Records;

/// <summary>
/// Reads JSON from a stream value by value, so that a long file need not be in memory: the caller steps into objects
/// and arrays, and takes the values within them whole.
/// </summary>
internal sealed class JsonStream(Stream stream, string name)
{
    // A leg takes some kilobytes, and the rules of a large host less than this.
    private const int LargestValue = 16 << 20;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _isLast;
    private bool _isBegun;
    private JsonReaderState _state;

    /// <summary>The member's name after a step over one.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The type of the next token, which stays the next one.</summary>
    public JsonTokenType Peek()
    {
        while (true)
        {
            var reader = Reader();
            if (reader.Read())
                return reader.TokenType;
            if (_isLast)
                return JsonTokenType.None;
            Fill();
        }
    }

    /// <summary>Steps over one token, and returns its type.</summary>
    public JsonTokenType Next()
    {
        while (true)
        {
            var reader = Reader();
            if (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                    Name = reader.GetString()!;
                Step(reader);
                return reader.TokenType;
            }

            if (_isLast)
                return JsonTokenType.None;
            Fill();
        }
    }

    /// <summary>Takes one whole value.</summary>
    public T Take<T>(Func<JsonElement, T> take)
    {
        while (true)
        {
            var reader = Reader();
            if (reader.Read() && reader.TokenStartIndex is var from && reader.TrySkip())
            {
                var value = _buffer.AsMemory(_start + (int)from, (int)(reader.BytesConsumed - from));
                using var document = JsonDocument.Parse(value, Strict);
                Step(reader);
                return take(document.RootElement);
            }

            Fill();
        }
    }

    private Utf8JsonReader Reader()
    {
        if (!_isBegun)
        {
            _isBegun = true;
            Fill();
            // A byte order mark, which JSON text should not have, but may (RFC 8259, section 8.1).
            if (_buffer.AsSpan(_start, _end - _start).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
                _start += 3;
        }

        return new(_buffer.AsSpan(_start, _end - _start), _isLast, _state);
    }

    private void Step(in Utf8JsonReader reader)
    {
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        else if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LargestValue)
                throw new HooktrailException(
                    $"{name} has a value of more than {LargestValue >> 20} MB, which no run writes; write the file again.");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var count = stream.Read(_buffer.AsSpan(_end));
        _end += count;
        _isLast = count == 0;
    }
}
