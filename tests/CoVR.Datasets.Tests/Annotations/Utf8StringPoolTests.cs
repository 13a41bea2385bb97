using System.Text;
using CoVR.Datasets.Annotations;

namespace CoVR.Datasets.Tests.Annotations;

public sealed class Utf8StringPoolTests
{
    [Fact]
    public void Add_ManyRepeatedTexts_NumbersEqualOnesAlikeAndGivesThemBack()
    {
        var random = new Random(7);
        var pool = new Utf8StringPool();
        Dictionary<string, int> expected = new(StringComparer.Ordinal);
        for (var batch = 0; batch < 40; batch++)
        {
            // Texts that differ in the first, a middle or the last character only, of all lengths around the steps of the hash.
            string[] texts = [.. Enumerable.Range(0, 300).Select(_ => Text(random))];

            var numbers = Add(pool, texts);

            for (var i = 0; i < texts.Length; i++)
            {
                Assert.Equal(expected.TryAdd(texts[i], expected.Count) ? expected.Count - 1 : expected[texts[i]], numbers[i]);
            }
        }

        Assert.Equal(expected.Count, pool.Count);
        Assert.All(expected, pair => Assert.Equal(pair.Key, pool[pair.Value]));
    }

    [Fact]
    public void Add_TextLargerThanABlock_IsKept()
    {
        var pool = new Utf8StringPool();
        var large = new string('x', 5_000_000);

        Assert.Equal([0, 1, 2, 1], Add(pool, "a", large, large + "y", large));
        Assert.Equal(large, pool[1]);
    }

    [Fact]
    public void Add_BytesThatAreNotUtf8_CountAsWhatTheyAreDecodedTo()
    {
        var pool = new Utf8StringPool();
        var numbers = new int[3];
        pool.Add([(byte)'a', 0xFF, (byte)'a', 0xFE, .. Encoding.UTF8.GetBytes("a\uFFFD")], [2, 4, 8], numbers);

        Assert.Equal([0, 0, 0], numbers);
        Assert.Equal("a\uFFFD", pool[0]);
    }

    [Fact]
    public void IsBlank_OnlyForWhiteSpace()
    {
        string[] texts = ["", " \t", "\u00A0\u2003", "ä", " x"];

        Assert.Equal([true, true, true, false, false], texts.Select(text => Utf8StringPool.IsBlank(Encoding.UTF8.GetBytes(text))));
    }

    private static string Text(Random random)
    {
        var length = random.Next(40);
        var text = new string('a', length).ToCharArray();
        if (length > 0)
        {
            text[random.Next(3) switch { 0 => 0, 1 => length - 1, _ => length / 2 }] = "abcdé"[random.Next(5)];
        }

        return new string(text);
    }

    private static int[] Add(Utf8StringPool pool, params string[] texts)
    {
        var bytes = new List<byte>();
        var ends = new int[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(texts[i]));
            ends[i] = bytes.Count;
        }

        var numbers = new int[texts.Length];
        pool.Add(bytes.ToArray(), ends, numbers);
        return numbers;
    }
}
