using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.PgVector;

namespace CoVR.Cli.Commands.Gallery;

/// <summary><c>covr gallery</c>: looks after a gallery in PostgreSQL.</summary>
internal sealed class GalleryCommand
{
    private readonly CommandHost _host;

    private GalleryCommand(CommandHost host) => _host = host;

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host)
    {
        var command = new DocumentedCommand("gallery", "Manages a gallery in PostgreSQL: its index, its recall and its servers.")
        {
            Notes = "'covr embed … --postgres NAME' creates and fills a gallery, 'covr search --postgres NAME' searches it. See docs/postgres.md and docs/scaling.md.",
            Examples =
            [
                new("covr gallery index clips", "after the first embedding job"),
                new("covr gallery recall clips --sample 500"),
                new("covr gallery distribute clips --servers servers.txt", "moves the items to the servers of the list"),
            ],
        };
        var gallery = new GalleryCommand(host);
        command.Add(gallery.Show());
        command.Add(gallery.Index());
        command.Add(gallery.Recall());
        command.Add(gallery.Distribute());
        return command;
    }

    private DocumentedCommand Show() => Make("show", "Shows what made a gallery, how many items it has, and whether its answers are exact.", [], async (gallery, _, cancellation) =>
    {
        var info = await gallery.GetInfoAsync(cancellation);
        var fingerprint = info.Fingerprint;
        _host.Say($"{info.Name}: {FormattableString.Invariant($"{await gallery.CountAsync(cancellationToken: cancellation):N0}")} items");
        _host.Say($"model {fingerprint.Model}, {fingerprint.Vectors} x {fingerprint.Dimensions}; {fingerprint.Preprocessing}");
        _host.Say($"weights {fingerprint.WeightsSha256}");
        _host.Say(info.IsExact ? "answers are exact" : "answers are exact among few items, else by the index (covr gallery recall)");
    });

    private DocumentedCommand Index()
    {
        var index = new Option<PostgresIndex>("--index") { Description = "Which index: Half, Single or Binary.", DefaultValueFactory = _ => PostgresIndex.Half };
        return Make("index", "Builds the index, so that searches need not compare all items; searches go on meanwhile.", [index], async (gallery, _, cancellation) =>
        {
            await _host.Report.RunAsync("Building the index", async _ => await gallery.BuildIndexAsync(cancellation));
            _host.Say("The index is built. How much it finds says: covr gallery recall");
        }, parsed => new PostgresGalleryOptions { Index = parsed.GetValue(index) });
    }

    private DocumentedCommand Recall()
    {
        var sample = new Option<int>("--sample") { Description = "How many items of the gallery are asked for.", DefaultValueFactory = _ => 100 }.AtLeast(1);
        var top = new Option<int>("--top", "-n") { Description = "The number of answers that are compared.", DefaultValueFactory = _ => 10 }.AtLeast(1);
        return Make("recall", "Measures how many of the exact best items searches find, and keeps it with the gallery.", [sample, top], async (gallery, parsed, cancellation) =>
        {
            var recall = await _host.Report.RunAsync("Measuring", async _ => await gallery.MeasureRecallAsync(parsed.GetValue(sample), parsed.GetValue(top), cancellation));
            _host.Say(FormattableString.Invariant($"recall@{recall.Top} {recall.Value:F4}, 95 % interval {recall.Low:F4} to {recall.High:F4}, {recall.Queries} queries ({recall.Settings})"));
        });
    }

    private DocumentedCommand Distribute()
    {
        var servers = new Option<string>("--servers")
        {
            Description = "A file with one connection string a line, passwords included: the servers that shall hold the items. Keep it readable by yourself alone.",
            Required = true,
        };
        return Make("distribute", "Moves the items of a gallery to several servers, which each search a part.", [servers], async (gallery, parsed, cancellation) =>
        {
            var lines = await File.ReadAllLinesAsync(_host.PathOf(parsed.GetRequiredValue(servers)), cancellation);
            string[] given = [.. lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
            await _host.Report.RunAsync("Moving the items", async _ => await gallery.DistributeAsync(given, cancellation));
            _host.Say($"The items are on {given.Length} servers. Build their indexes with: covr gallery index");
        });
    }

    private static DocumentedCommand Make(
        string name, string description, Option[] own, Func<PostgresGallery, ParseResult, CancellationToken, Task> action, Func<ParseResult, PostgresGalleryOptions>? options = null)
    {
        var command = new DocumentedCommand(name, description);
        var gallery = new Argument<string>("name") { Description = "The gallery's name in the database." };
        command.Add(gallery);
        Array.ForEach(own, command.Add);
        var postgres = PostgresArguments.AddServerTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var opened = postgres.Read(parsed, parsed.GetRequiredValue(gallery)).Open(options?.Invoke(parsed));
            await action(opened, parsed, cancellation);
            return ExitCodes.Done;
        });
        return command;
    }
}
