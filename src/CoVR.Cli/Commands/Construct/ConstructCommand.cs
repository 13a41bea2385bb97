using System.CommandLine;
using System.Globalization;
using CoVR.Cli.Hosting;
using CoVR.Cli.Pages;
using CoVR.Cli.Reporting;
using CoVR.Cli.Runs;
using CoVR.Construction;
using CoVR.Media;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace CoVR.Cli.Commands.Construct;

/// <summary><c>covr construct</c>: from captioned media to a data set of triplets.</summary>
internal sealed class ConstructCommand
{
    // As typed: the stages in lower case with hyphens.
    private static readonly Dictionary<string, ConstructionStage> Stages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["collect"] = ConstructionStage.Collect,
        ["mine"] = ConstructionStage.Mine,
        ["filter-text"] = ConstructionStage.FilterText,
        ["pair-media"] = ConstructionStage.PairMedia,
        ["write-edits"] = ConstructionStage.WriteEdits,
        ["split"] = ConstructionStage.Split,
        ["export"] = ConstructionStage.Export,
    };

    private readonly Option<string?> _stage = new("--stage") { Description = $"Runs one stage: {string.Join(", ", Stages.Keys)}. [default: all]" };
    private readonly Option<bool> _dryRun = new("--dry-run", OptionNames.Aliases("--dry-run")) { Description = "Lists the stages that would run, and runs none." };
    private readonly CommandHost _host;
    private readonly DocumentedCommand _command;
    private readonly ConstructArguments _arguments;
    private readonly ComparisonArguments _comparison;
    private readonly LanguageModelArguments _models;

    private ConstructCommand(CommandHost host)
    {
        _host = host;
        _command = new DocumentedCommand("construct", "Makes a data set of triplets from captioned pictures or videos: pairs of captions, edits, splits, files.")
        {
            Notes = """
                Captions that differ in one word make pairs; their media become reference and target, and templates or a language model say the change. Every stage is
                kept in the work file, and every answer of a model beside it: the same command again runs only what changed, and pays nothing twice.
                docs/construction.md explains the stages, and what each drops.
                """,
            Examples =
            [
                new("covr construct captions.csv --media photos --output dataset", "captions.csv has the columns id or path, and caption"),
                new("covr construct photos --media photos --dry-run", "a folder with a .txt beside each picture"),
                new("covr construct captions.csv --media photos --writer ollama --model llama3.2 --dry-run", "calls, tokens and cost of edits by a language model"),
                new("covr construct review --open", "judge the test split before it is used"),
                new("covr train --config-dir dataset/configs data=constructed"),
            ],
        };
        _arguments = ConstructArguments.AddTo(_command);
        _comparison = ComparisonArguments.AddTo(_command);
        _models = LanguageModelArguments.AddTo(_command);
        _stage.AcceptOnlyFromAmong([.. Stages.Keys]);
        _command.Add(_stage);
        _command.Add(_dryRun);
        _command.Add(ReviewCommand.Create(host));
        _command.SetAction(RunAsync);
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new ConstructCommand(host)._command;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        _host.ResumeHint = "Run the same command again to continue: finished stages and the answers of models are saved.";
        var options = _arguments.Read(_host, parsed);
        await using var gallery = _arguments.Embeddings(_host, parsed) is { } folder ? EmbeddingFolder.OpenGallery(folder) : null;
        await using var testSets = _arguments.TestEmbeddings(_host, parsed) is { } tests ? EmbeddingFolder.OpenGallery(tests) : null;
        _comparison.Apply(parsed, options, gallery is not null);
        await using var model = await _comparison.LoadAsync(_host, parsed, gallery, cancellation);
        using var models = _models.Open(_host, parsed, options);
        var pipeline = new ConstructionPipeline(options)
        {
            MediaEmbeddings = gallery,
            TestEmbeddings = testSets,
            TextEmbeddings = model?.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>(),
            EditWriter = models.Writer,
            CaptionSources = models.Captions,
            Time = _host.Clock,
        };
        if (parsed.GetValue(_dryRun))
        {
            var plan = await pipeline.PlanAsync(cancellation);
            Show(plan, "would run");
            ShowNotes(plan.Where(report => report.Ran));
            return ExitCodes.Done;
        }

        ConstructionStage? only = parsed.GetValue(_stage) is { } name ? Stages[name] : null;
        var reports = await _host.Report.RunAsync("Constructing", progress => pipeline.RunAsync(only, progress.OfJob("items"), cancellation));
        Show(reports, "ran");
        foreach (var report in reports)
        {
            ShowDropped(report);
        }

        ShowNotes(reports);
        foreach (var spent in new[] { models.Writer?.Spent }.Concat(models.Captions.Select(source => source.Spent)).OfType<string>())
        {
            _host.Say($"spent by all runs: {spent}");
        }

        if (reports[^1].Stage == ConstructionStage.Export)
        {
            await WriteReportAsync(options, reports[^1].Ran, cancellation);
            _host.Say($"{reports[^1].Kept} splits -> {_host.Shown(options.Export.Folder)} (covr train --config-dir {_host.Shown(Path.Combine(options.Export.Folder, "configs"))} data={options.Export.Name})");
        }

        return ExitCodes.Done;
    }

    // Reading the pictures takes seconds: an unchanged data set keeps its report.
    private async Task WriteReportAsync(ConstructionOptions options, bool isNew, CancellationToken cancellation)
    {
        var path = Path.Combine(options.Export.Folder, "report.html");
        if (isNew || !File.Exists(path))
        {
            var report = await ConstructionReport.ReadAsync(options.WorkFile, cancellationToken: cancellation);
            HtmlReport.Write(path, await ConstructionPage.RenderAsync(options.Export.Name, report, new MediaFrameReader(MagickCoVRBuilderExtensions.CreateDecoder()), cancellation));
            _host.Say($"report -> {_host.Shown(path)}");
        }
    }

    private static string NameOf(ConstructionStage stage) => Stages.First(known => known.Value == stage).Key;

    private void Show(IReadOnlyList<StageReport> reports, string verb)
    {
        var table = new Table().AddColumns("stage", "", "kept", "dropped", "seconds");
        foreach (var report in reports)
        {
            table.AddRow(
                NameOf(report.Stage), report.Ran ? verb : "unchanged", report.Kept.ToString("N0", CultureInfo.InvariantCulture),
                report.Dropped.Sum(dropped => dropped.Count).ToString("N0", CultureInfo.InvariantCulture), report.Elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture));
        }

        _host.Console.Write(table);
    }

    private void ShowDropped(StageReport report)
    {
        foreach (var dropped in report.Dropped)
        {
            var examples = dropped.Examples.Count == 0 ? "" : $" ({string.Join("; ", dropped.Examples)}{(dropped.Count > dropped.Examples.Count ? "; …" : "")})";
            _host.Say(string.Create(CultureInfo.InvariantCulture, $"{NameOf(report.Stage)} dropped {dropped.Count:N0}: {dropped.Reason}{examples}"));
        }
    }

    private void ShowNotes(IEnumerable<StageReport> reports)
    {
        foreach (var report in reports)
        {
            foreach (var note in report.Notes)
            {
                _host.Say($"{NameOf(report.Stage)}: {note}");
            }
        }
    }
}
