using System.Globalization;
using System.Text;

namespace CoVR.Benchmarks;

/// <summary>Writes annotations of the size and shape of the papers' training file: 1.6 M triplets of 131 K videos with 467 K different edits.</summary>
internal static class MadeAnnotations
{
    private const int Videos = 131_000;
    private const int Edits = 467_000;
    private const int Frames = 15;

    private static readonly string[] Words =
        ["aerial", "view", "of", "the", "young", "woman", "walking", "on", "beach", "sunset", "green", "forest", "slow", "motion", "city", "night", "close-up", "flower", "with", "mountain", "river"];

    /// <summary>Writes a file in the layout of WebVid-CoVR.</summary>
    public static void Write(string path, int rows, int seed = 1)
    {
        var random = new Random(seed);
        string[] ids = [.. Enumerable.Range(0, Videos).Select(i => $"{i / 50 * 50:D6}_{(i / 50 * 50) + 50:D6}/{1_000_000 + (i * 97)}")];
        string[] captions = [.. Enumerable.Range(0, Videos).Select(_ => Text(random, 12))];
        string[] edits = [.. Enumerable.Range(0, Edits).Select(i => $"{Text(random, 4)} {i}")];
        using var file = new StreamWriter(path, false, new UTF8Encoding(false), 1 << 20);
        file.Write("txt1,txt2,sim_txt,pth1,pth2,sim_vid,edit,scores\n");
        var line = new StringBuilder();
        for (var row = 0; row < rows; row++)
        {
            var (first, second) = (random.Next(Videos), random.Next(Videos));
            line.Clear().Append(captions[first]).Append(",\"").Append(captions[second]).Append(", 4k\",").Append(CultureInfo.InvariantCulture, $"{random.NextDouble():F4},");
            line.Append(ids[first]).Append(',').Append(ids[second]).Append(CultureInfo.InvariantCulture, $",{random.NextDouble():F4},").Append(edits[random.Next(Edits)]).Append(",\"[");
            for (var frame = 0; frame < Frames; frame++)
            {
                line.Append(frame == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"{random.NextDouble() * 0.5:F4}");
            }

            file.Write(line.Append("]\"\n"));
        }
    }

    private static string Text(Random random, int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[random.Next(Words.Length)]));
}
