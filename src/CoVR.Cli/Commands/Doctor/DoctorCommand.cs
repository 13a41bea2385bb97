using System.CommandLine;
using CoVR.Checkpoints;
using CoVR.Cli.Commands.Doctor.Checks;
using CoVR.Cli.Hosting;
using CoVR.Media;

namespace CoVR.Cli.Commands.Doctor;

/// <summary><c>covr doctor</c>: examines machine, data, embeddings and weights: what is wrong, and what can be scored.</summary>
internal static class DoctorCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host)
    {
        var options = new DoctorOptions();
        var command = new DocumentedCommand("doctor", "Checks the machine, data sets, embeddings and weights: what is wrong, how to fix it, and what can be scored as it is.")
        {
            Notes = """
                Without arguments the machine is looked at: ffmpeg, libtorch, devices, disks, memory, the vocabulary.
                With choices as for 'covr train' (data=… test=… model=…) the files of that run are looked at; with --data those that the options name.
                Nothing is changed without --drop-damaged. Everything found goes into OUTPUT/doctor.html and doctor.json, and the items to get again into lists that
                'covr download videos --todo-ids' and 'covr embed … --todo_ids' take. Exit code 0: healthy; 1: faults.
                --precision embeds a sample of your own pictures in float32, bfloat16 and int8, and says how far embeddings and answers differ: before you choose --precision elsewhere.
                """,
            Examples =
            [
                new("covr doctor", "the machine"),
                new("covr doctor test=webvid-covr model=blip2-coco", "what 'covr test' would read"),
                new("covr doctor data=cirr model=blip-large --full", "what 'covr train' would read, everything decoded"),
                new("covr doctor --data webvid-covr --annotations webvid8m-covr_test.csv --media videos --embeddings embs", "files anywhere"),
                new("covr doctor --precision --media photos --no-machine", "what faster precisions change on a folder"),
                new("covr doctor --checkpoint ckpt_4.ckpt --json", "weights; a report for another program"),
            ],
        };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(host, options, parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandHost host, DoctorOptions options, ParseResult parsed, CancellationToken cancellation)
    {
        var output = host.PathOf(parsed.GetValue(options.Output) ?? "covr-doctor");
        var request = options.Request(host, parsed) with { RecordFolder = output };
        var asJson = parsed.GetValue(options.Json);
        using var resolver = new CheckpointResolver();
        var media = new MediaOptions { Timeout = TimeSpan.FromSeconds(parsed.GetValue(options.VideoTimeout)) };
        var checks = DatasetDoctor.Checks(media: media, resolver: resolver);
        var doctor = new DatasetDoctor(request.Precision is { } precision ? [.. checks, new PrecisionCheck(host, precision)] : checks, host.Clock, host.Logs.CreateLogger(typeof(DatasetDoctor).FullName!));
        var report = asJson
            ? await doctor.ExamineAsync(request, null, cancellation)
            : await host.Report.RunAsync("Examining", progress => doctor.ExamineAsync(request, progress, cancellation));

        IReadOnlyList<string> written = report.Findings.Any(finding => finding.Severity != Severity.Note) || request.Datasets.Count > 0 || parsed.GetValue(options.Output) is not null
            ? report.Save(output)
            : [];
        if (asJson)
        {
            host.Say(report.ToJson());
        }
        else
        {
            new DoctorTable(host, request).Show(report, written);
            if (request is { Machine: true, Vocabulary: null })
            {
                host.Say("The vocabulary of bert-base-uncased is not on this machine yet; it will be downloaded when first needed.");
            }
        }

        if (parsed.GetValue(options.DropDamaged) && report.IsComplete)
        {
            await new DamagedEmbeddings(host, asJson).DropAsync(request, report, cancellation);
        }

        if (!report.IsComplete)
        {
            host.ResumeHint = $"What was found so far is in {host.Shown(output)}; the same command {(request.Level == DoctorLevel.Full ? "does not decode again what it has decoded" : "starts again")}.";
            cancellation.ThrowIfCancellationRequested();
        }

        return report.IsHealthy ? ExitCodes.Done : ExitCodes.Failed;
    }
}
