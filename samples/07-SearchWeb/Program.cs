// A host with sign-in: two users, each with a gallery of their own in one pipeline, behind the page, the API and the tools for agents of CoVR.AspNetCore.
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using CoVR;
using CoVR.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.HttpOverrides;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

var builder = WebApplication.CreateBuilder(args);
var media = builder.Configuration["Media"] ?? "media";
var users = builder.Configuration.GetSection("Users").Get<Dictionary<string, string>>() ?? new() { ["ann"] = "ann-demo", ["bob"] = "bob-demo" };

// One model and one gallery for all: what exists for whom is a filter within every search, count, thumbnail and error.
var covr = builder.Services.AddCoVR()
    .UseBlip(builder.Configuration.GetValue<bool>("Tiny") ? TinyModel.Configure : model => model.Checkpoint = "webvid-covr")
    .AddWeb(web => web.AllowsEditing = true);
_ = builder.Configuration.GetConnectionString("Gallery") is { } server
    ? covr.UsePostgresGallery(gallery => (gallery.ConnectionString, gallery.Name, gallery.CreateIfMissing) = (server, "searchweb", true))
    : covr.UseFolderGallery(Path.Combine(media, ".gallery"));
foreach (var user in users.Keys)
{
    Directory.CreateDirectory(Path.Combine(media, user));
    covr.UseWatchedFolder(Path.Combine(media, user), scope: user);
}

builder.Services.AddSingleton<IGalleryScope, OwnFolder>();
builder.Services.AddAuthorization();
builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
{
    options.LoginPath = "/login";
    options.Cookie.SameSite = SameSiteMode.Strict;
    options.Events.OnRedirectToLogin = context =>
    {
        // Pages are redirected to the form; the API and agents get 401.
        var isPage = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
        (context.Response.StatusCode, context.Response.Headers.Location) = isPage ? (302, context.RedirectUri) : (401, default);
        return Task.CompletedTask;
    };
});
builder.Services.AddOpenTelemetry()
    .WithMetrics(metrics => metrics.AddMeter("CoVR*", "Microsoft.AspNetCore.Hosting").AddConsoleExporter())
    .WithTracing(traces => traces.AddSource("CoVR*", "Microsoft.AspNetCore").AddConsoleExporter());

var app = builder.Build();
app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedPrefix });
app.UseAuthentication();
app.UseAuthorization();
app.MapGet("/", () => Results.Redirect("/covr/"));
app.MapGet("/login", () => Results.Content("""<!doctype html><title>Sign in</title><form method="post"><input name="user" autofocus><input name="password" type="password"><button>Sign in</button></form>""", "text/html"));
app.MapPost("/login", async (HttpContext context) =>
{
    var form = await context.Request.ReadFormAsync();
    var name = form["user"].ToString();
    if (!users.TryGetValue(name, out var password) || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(password), Encoding.UTF8.GetBytes(form["password"].ToString())))
    {
        return Results.Unauthorized();
    }

    var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name)], CookieAuthenticationDefaults.AuthenticationScheme);
    return Results.SignIn(new ClaimsPrincipal(identity), new AuthenticationProperties { RedirectUri = "/covr/" });
});
app.MapCoVR("/covr").RequireAuthorization();
await app.RunAsync();

/// <summary>A user's items are those of their folder, whose name all their identities begin with.</summary>
internal sealed class OwnFolder : IGalleryScope
{
    public ValueTask<GalleryFilter?> GetFilterAsync(ClaimsPrincipal user, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<GalleryFilter?>(user.FindFirstValue(ClaimTypes.NameIdentifier) is { } name ? new GalleryFilter.InFolder(name) : new GalleryFilter.Any([]));
}
