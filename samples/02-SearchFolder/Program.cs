// Search a folder from the console. It is indexed in the background and watched: new, changed and deleted files count within seconds.
// A line is a wish, or a picture of the folder and what to change about it: "street.jpg: at night". An empty line ends.
using CoVR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var folder = args.FirstOrDefault(arg => arg != "--tiny") ?? "photos";
var builder = Host.CreateApplicationBuilder();
builder.Services.AddCoVR()
    .UseBlip(args.Contains("--tiny") ? TinyModel.Configure : model => model.Checkpoint = "webvid-covr") // downloaded once, 1.9 GB
    .UseFolderGallery(folder.TrimEnd('/', '\\') + ".covr/sample")
    .UseWatchedFolder(folder);
using var host = builder.Build();
await host.StartAsync();

var retriever = host.Services.GetRequiredService<IComposedRetriever>();
while (Console.ReadLine() is { Length: > 0 } line)
{
    var query = line.Split(": ", 2) is [var file, var change] ? new ComposedQuery(Path.Combine(folder, file), change) : new ComposedQuery(null, line);
    foreach (var hit in (await retriever.SearchAsync(query, new SearchOptions { Top = 5 })).Hits)
    {
        Console.WriteLine(FormattableString.Invariant($"{hit.Rank}. {hit.Score:F3} {hit.Id}"));
    }
}

await host.StopAsync();
