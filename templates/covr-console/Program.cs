// Searches a folder of pictures and clips: dotnet run -- FOLDER TEXT [PICTURE]
using CoVR;
using Microsoft.Extensions.DependencyInjection;

if (args.Length is < 2 or > 3)
{
    Console.Error.WriteLine("usage: dotnet run -- FOLDER TEXT [PICTURE]");
    return 2;
}

var (folder, text, picture) = (args[0], args[1], args.ElementAtOrDefault(2));
var services = new ServiceCollection();
services.AddCoVR()
#if (small)
    .UseBlip(SmallModel.Configure)
#else
    .UseBlip(options => options.Checkpoint = "webvid-covr") // Downloaded at the first start: 1.9 GB.
#endif
    .UseFolderGallery(Path.TrimEndingDirectorySeparator(folder) + ".covr");
await using var provider = services.BuildServiceProvider();

// Each file is embedded once: the next run starts with what is in the gallery.
var items = Directory.EnumerateFiles(folder).Select(path => new MediaItem(new MediaId(Path.GetFileName(path)), path)).ToArray();
await foreach (var outcome in provider.GetRequiredService<IEmbeddingJob>().EmbedAsync(items))
{
    if (outcome.Failure is { } failure)
    {
        Console.Error.WriteLine($"{outcome.Id}: {failure.Message}");
    }
}

// What to start from, if anything, and what to change.
var query = new ComposedQuery(picture is null ? null : (MediaSource)picture, text);
var result = await provider.GetRequiredService<IComposedRetriever>().SearchAsync(query);
foreach (var hit in result.Hits)
{
    Console.WriteLine($"{hit.Rank,3}  {hit.Score:F3}  {hit.Id}");
}

return 0;
