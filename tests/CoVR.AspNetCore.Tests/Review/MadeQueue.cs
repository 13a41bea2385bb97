using CoVR.AspNetCore.Review;
using CoVR.Media;
using CoVR.TestSupport;

namespace CoVR.AspNetCore.Tests.Review;

/// <summary>A queue in memory over made pictures and one video.</summary>
internal sealed class MadeQueue : IReviewQueue, IDisposable
{
    private readonly Lock _lock = new();
    private readonly TemporaryFolder _folder = new();
    private readonly List<(string Item, string Reviewer, ReviewState State)> _history = [];

    private MadeQueue()
    {
    }

    public string Title => "Made triplets";

    public string DefaultReviewer => "reviewer";

    public IReadOnlyList<ReviewItem> Items { get; private set; } = [];

    /// <summary>Thrown by the next decision.</summary>
    public Exception? Fault { get; set; }

    public IReadOnlyCollection<string> Reviewers => Read(history => history.Select(entry => entry.Reviewer).Distinct().ToArray());

    /// <summary>The path of a file of the queue.</summary>
    public string this[string name] => _folder[name];

    /// <summary>Makes a queue; the target of the first item is a video where ffmpeg is there.</summary>
    public static async Task<MadeQueue> CreateAsync(int items = 5, string caption = "a scene with a sun at")
    {
        var queue = new MadeQueue();
        for (var number = 0; number <= items; number++)
        {
            MediaWriter.WritePng(queue[$"{number}.png"], Paint(number, 0));
        }

        await MediaWriter.WriteMp4Async(queue["clip.mp4"], [.. Enumerable.Range(0, 24).Select(frame => Paint(2, frame))], 8, cancellationToken: TestContext.Current.CancellationToken);
        queue.Items =
        [
            .. Enumerable.Range(0, items).Select(number => new ReviewItem(
                $"item-{number}", queue[$"{number}.png"], queue[number == 0 ? "clip.mp4" : $"{number + 1}.png"], [$"move the sun to {number + 1}", $"put it at {number + 1}", $"the same, sun at {number + 1}"])
            {
                ReferenceCaption = $"{caption} {number}",
                TargetCaption = $"{caption} {number + 1}",
            }),
        ];
        return queue;
    }

    public IReadOnlyDictionary<string, ReviewState> GetDecisions(string reviewer) => Read(history => history.Where(entry => entry.Reviewer == reviewer)
        .GroupBy(entry => entry.Item).ToDictionary(group => group.Key, group => group.Last().State));

    public ValueTask DecideAsync(string item, string reviewer, ReviewState state, CancellationToken cancellationToken = default)
    {
        if (Fault is { } fault)
        {
            Fault = null;
            throw fault;
        }

        Read(history =>
        {
            history.Add((item, reviewer, state));
            return true;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<string?> UndoAsync(string reviewer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(history =>
    {
        var at = history.FindLastIndex(entry => entry.Reviewer == reviewer);
        var item = at < 0 ? null : history[at].Item;
        history.RemoveRange(Math.Max(0, at), at < 0 ? 0 : 1);
        return item;
    }));

    public IReadOnlyList<ReviewComparison> Compare() => Reviewers.Order().ToArray() is [var a, var b, ..] ? [new ReviewComparison("verdict", a, b, 4, 3, 0.5), new ReviewComparison("text", a, b, 0, 0, null)] : [];

    public void Dispose() => _folder.Dispose();

    private T Read<T>(Func<List<(string Item, string Reviewer, ReviewState State)>, T> read)
    {
        lock (_lock)
        {
            return read(_history);
        }
    }

    // A sky over a meadow, with a sun that wanders.
    private static RgbFrame Paint(int number, int shift)
    {
        const int Width = 320, Height = 240, Radius = 34;
        var (x, y) = (60 + (((number * 53) + (shift * 6)) % 200), 60 + (number * 17 % 60));
        var pixels = new byte[Width * Height * 3];
        for (var i = 0; i < Width * Height; i++)
        {
            var (column, row) = (i % Width, i / Width);
            var isSun = ((column - x) * (column - x)) + ((row - y) * (row - y)) < Radius * Radius;
            byte[] colour = isSun ? [250, 214, 90] : row < 160 ? [(byte)(110 + (row / 2)), (byte)(160 + (row / 4)), 225] : [70, (byte)(150 - (row / 4)), 80];
            colour.CopyTo(pixels, i * 3);
        }

        return new RgbFrame(Width, Height, pixels);
    }
}
