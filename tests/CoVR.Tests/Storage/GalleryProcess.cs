using System.Diagnostics;
using System.Globalization;
using CoVR.Storage;

namespace CoVR.Tests.Storage;

/// <summary>A process of its own with a folder gallery open, which does what lines on its standard input ask for.</summary>
internal sealed class GalleryProcess(string folder) : IDisposable
{
    public const string Command = "keep-gallery";
    public static readonly TimeSpan Staleness = TimeSpan.FromMilliseconds(250);

    private readonly Process _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. HostArguments, Command, folder])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    /// <summary>When the tests run through the <c>dotnet</c> host, it must be told the assembly.</summary>
    private static string[] HostArguments =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(GalleryProcess).Assembly.Location] : [];

    /// <summary>Answers each line: <c>upsert ID VALUE</c>, <c>remove ID</c>, <c>compact</c>, <c>get ID</c>, or <c>change FROM</c>, which makes changes without end.</summary>
    public static async Task<int> RunAsync(string folder)
    {
        await using var gallery = new FolderGallery(folder, KilledGalleryTests.Fingerprint, new FolderGalleryOptions { Staleness = Staleness });
        while ((await Console.In.ReadLineAsync())?.Split(' ') is { } line)
        {
            switch (line)
            {
                case ["upsert", var id, var value]:
                    await gallery.UpsertAsync([KilledGalleryTests.Entry(id, Number(value))]);
                    break;
                case ["remove", var id]:
                    await gallery.RemoveAsync([new MediaId(id)]);
                    break;
                case ["compact"]:
                    await gallery.CompactAsync();
                    break;
                case ["get", var id]:
                    Console.WriteLine(await gallery.GetAsync([new MediaId(id)]) is [var entry] ? $"{entry.Embedding.Values.Span[0]}" : "none");
                    continue;
                case ["change", var from]:
                    for (var change = Number(from); ; change++)
                    {
                        await KilledGalleryTests.MakeAsync(gallery, change);
                        Console.WriteLine(change);
                    }
            }

            Console.WriteLine("done");
        }

        return 0;

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>Sends a line and waits for the answer; null when the process ended.</summary>
    public async Task<string?> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        return await ReadAsync();
    }

    /// <summary>Waits for the next line; null when the process ended.</summary>
    public async Task<string?> ReadAsync() => await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
