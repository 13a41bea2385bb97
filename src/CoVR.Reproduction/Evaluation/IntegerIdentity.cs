using System.Globalization;
using System.Numerics;
using System.Text;

namespace CoVR.Reproduction.Evaluation;

/// <summary>The integers by which the reference compares identities.</summary>
internal static class IntegerIdentity
{
    /// <summary>Replaces everything but decimal digits and reads the result as a number (<c>id2int</c> of the reference's <c>src/data/utils.py</c>).</summary>
    /// <param name="id">The identity; digits of any script count.</param>
    /// <param name="substitute">The replacement for every other character: digits, or empty.</param>
    /// <exception cref="FormatException">There is no digit.</exception>
    public static BigInteger Of(string id, string substitute)
    {
        var digits = new StringBuilder(id.Length);
        foreach (var rune in id.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber)
            {
                digits.Append((char)('0' + (int)Rune.GetNumericValue(rune)));
            }
            else
            {
                digits.Append(substitute);
            }
        }

        return digits.Length > 0
            ? BigInteger.Parse(digits.ToString(), NumberStyles.None, CultureInfo.InvariantCulture)
            : throw new FormatException($"The id '{id}' contains no digit.");
    }
}
