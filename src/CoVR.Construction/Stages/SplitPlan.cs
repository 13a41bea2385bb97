using System.Security.Cryptography;
using System.Text;

namespace CoVR.Construction.Stages;

/// <summary>The parts of a data set.</summary>
internal enum SplitPart
{
    Train,
    Validation,
    Test,
}

/// <summary>Divides media into parts, so that connected ones stay together.</summary>
/// <param name="options">Shares.</param>
/// <param name="seed">The seed of the order.</param>
internal sealed class SplitPlan(SplitOptions options, int seed)
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<int> _parents = [];
    private readonly List<string> _names = [];

    /// <summary>Puts two media into one unit.</summary>
    public void Join(string a, string b)
    {
        var (one, other) = (Root(NumberOf(a)), Root(NumberOf(b)));
        _parents[Math.Max(one, other)] = Math.Min(one, other);
    }

    /// <summary>Whether two media are in one unit.</summary>
    public bool AreJoined(string a, string b) => Root(NumberOf(a)) == Root(NumberOf(b));

    /// <summary>Gives every unit a part: small ones first to the test and to validation, until their shares are full; large ones train.</summary>
    /// <param name="weights">Media, one entry for each triplet in which it is the target.</param>
    /// <returns>The part of a medium.</returns>
    public Func<string, SplitPart> Assign(IEnumerable<string> weights)
    {
        Dictionary<int, long> sizes = [];
        foreach (var media in weights)
        {
            var root = Root(NumberOf(media));
            sizes[root] = sizes.GetValueOrDefault(root) + 1;
        }

        var total = sizes.Values.Sum();
        var (test, validation) = ((long)Math.Ceiling(total * options.TestShare), (long)Math.Ceiling(total * options.ValidationShare));
        Dictionary<int, SplitPart> parts = [];
        foreach (var (root, size) in sizes.OrderBy(unit => OrderOf(_names[unit.Key]), StringComparer.Ordinal))
        {
            if (size <= test)
            {
                (parts[root], test) = (SplitPart.Test, test - size);
            }
            else if (size <= validation)
            {
                (parts[root], validation) = (SplitPart.Validation, validation - size);
            }
        }

        return media => parts.GetValueOrDefault(Root(NumberOf(media)), SplitPart.Train);
    }

    private string OrderOf(string name) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\0{name}")));

    private int NumberOf(string media)
    {
        if (!_numbers.TryGetValue(media, out var number))
        {
            _numbers[media] = number = _parents.Count;
            _parents.Add(number);
            _names.Add(media);
        }

        return number;
    }

    private int Root(int number)
    {
        while (_parents[number] != number)
        {
            number = _parents[number] = _parents[_parents[number]];
        }

        return number;
    }
}
