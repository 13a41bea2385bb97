using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace CoVR.Evaluation;

/// <summary>Writes HTML in which every value is encoded unless it is <see cref="Raw"/>, and numbers know no culture.</summary>
internal sealed class Html
{
    private readonly StringBuilder _text = new();

    public static string Encode(string? text) => WebUtility.HtmlEncode(text) ?? "";

    /// <summary>Appends markup with encoded values.</summary>
    public void Add([InterpolatedStringHandlerArgument("")] ref Encoding markup) => _ = markup;

    public override string ToString() => _text.ToString();

    /// <summary>Markup that is there already.</summary>
    internal readonly record struct Raw(string Text);

    /// <summary>Encodes the values of an interpolated string.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Encoding
    {
        private readonly StringBuilder _text;

        public Encoding(int literalLength, int formattedCount, Html html)
        {
            _text = html._text;
            _text.EnsureCapacity(_text.Length + literalLength + formattedCount);
        }

        public void AppendLiteral(string value) => _text.Append(value);

        public void AppendFormatted(Raw value) => _text.Append(value.Text);

        public void AppendFormatted(string? value) => _text.Append(Encode(value));

        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => _text.Append(Encode(value.ToString(format, CultureInfo.InvariantCulture)));
    }
}
