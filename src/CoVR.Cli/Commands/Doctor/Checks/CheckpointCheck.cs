using CoVR.Checkpoints;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>Weights: present, readable, of the right family and, where the model is known, of the right keys and shapes. Only tables of contents are read.</summary>
internal sealed class CheckpointCheck(CheckpointResolver? resolver) : IDoctorCheck
{
    public string Name => "checkpoints";

    public async ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        context.Expect(context.Request.Checkpoints.Count);
        foreach (var checkpoint in context.Request.Checkpoints)
        {
            context.Report(await LookAsync(checkpoint, cancellationToken) with { Id = checkpoint.Name });
            context.Advance();
        }
    }

    private async ValueTask<Finding> LookAsync(DoctorCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var path = checkpoint.Name;
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            if (resolver is null)
            {
                return Fault(FindingKinds.CheckpointMissing, "there is no such file.", path, "Correct the path.");
            }

            if (resolver.FindFault(checkpoint.Name, checkpoint.Family) is { } fault)
            {
                return Fault(FindingKinds.CheckpointMissing, fault, null, "Give a path or a released name: covr download checkpoints lists them.");
            }

            if (resolver.FindFile(checkpoint.Name, checkpoint.Family) is not { } file)
            {
                return new Finding(Severity.Note, FindingKinds.CheckpointMissing, $"{checkpoint.Name} is not on this machine yet and will be downloaded when first used") { Fix = $"covr download checkpoints {checkpoint.Name}" };
            }

            path = file;
        }

        return await Task.Run(() => Open(checkpoint, path), cancellationToken);
    }

    private static Finding Open(DoctorCheckpoint checkpoint, string path)
    {
        try
        {
            using var file = Checkpoint.Open(path);
            if (Misfit(checkpoint.Family, file) is { } misfit)
            {
                return Fault(FindingKinds.CheckpointForeign, misfit, path, "Use weights of the model's own family, or choose the other model.");
            }

            checkpoint.RequireFit?.Invoke(path);
            return new Finding(Severity.Note, FindingKinds.CheckpointRead, $"{checkpoint.Name}: {file.Describe()}") { File = path };
        }
        catch (CheckpointException fault) when (fault.IsMismatch)
        {
            return Fault(FindingKinds.CheckpointForeign, Shorten(fault), path, "Use weights of this model and variant.");
        }
        catch (Exception fault) when (fault is CheckpointException or IOException or UnauthorizedAccessException)
        {
            return Fault(FindingKinds.CheckpointUnreadable, (fault as CheckpointException)?.Reason ?? fault.Message, path, "Download the file again, or use another copy.");
        }
    }

    private static string? Misfit(string wanted, Checkpoint file)
    {
        if (file.StateDict().Count == 0)
        {
            return "the file holds no tensors.";
        }

        return wanted.Length > 0 && file.FindFamily() is { } family && family != wanted
            ? $"the file holds weights of {family}, but the model is {wanted}."
            : null;
    }

    private static string Shorten(CheckpointException fault)
    {
        const int Shown = 3;
        var parts = new[] { ("missing", fault.Missing), ("unknown", fault.Unexpected), ("of another shape", [.. fault.Misshapen.Select(tensor => tensor.Key)]) }
            .Where(part => part.Item2.Count > 0)
            .Select(part => $"{part.Item2.Count} {part.Item1} ({string.Join(", ", part.Item2.Take(Shown))}{(part.Item2.Count > Shown ? ", …" : "")})");
        var hint = fault.Reason.Split('\n')[0]["the weights do not fit the model.".Length..].Trim();
        return $"the weights do not fit the model; keys: {string.Join(", ", parts)}.{(hint.Length > 0 ? " " + hint : "")}";
    }

    private static Finding Fault(string kind, string reason, string? file, string fix) => new(Severity.Fault, kind, reason) { File = file, Fix = fix };
}
