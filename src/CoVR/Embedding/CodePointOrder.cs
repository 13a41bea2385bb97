namespace CoVR;

/// <summary>Orders texts by code point, as Python does; .NET's ordinal order differs where surrogates meet U+E000 and above.</summary>
internal sealed class CodePointOrder : IComparer<string>
{
    public static CodePointOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (left, right) = (x ?? "", y ?? "");
        for (var i = 0; i < left.Length && i < right.Length; i++)
        {
            if (left[i] != right[i])
            {
                return Weight(left[i]).CompareTo(Weight(right[i]));
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    // Surrogates stand for code points above all others.
    private static int Weight(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
