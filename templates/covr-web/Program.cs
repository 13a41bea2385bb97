// A page, an API and tools for agents over one folder of pictures and clips: dotnet run -- --folder photos
using CoVR.AspNetCore;

var builder = WebApplication.CreateBuilder(args);
var folder = Path.GetFullPath(builder.Configuration["folder"] ?? "media");
Directory.CreateDirectory(folder);
builder.Services.AddCoVR()
#if (small)
    .UseBlip(SmallModel.Configure)
#else
    .UseBlip(options => options.Checkpoint = "webvid-covr") // Downloaded at the first start: 1.9 GB.
#endif
    .UseFolderGallery(folder + ".covr")
    .UseWatchedFolder(folder)
    .AddWeb();

var app = builder.Build();
app.MapCoVR("/covr"); // Whoever reaches the host searches: .RequireAuthorization() changes that.
app.MapGet("/", () => Results.Redirect("/covr/"));
app.Run();
