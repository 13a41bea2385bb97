namespace CoVR.Construction.Stages;

/// <summary>The choices <c>data=NAME</c> and <c>test=NAME</c> of <c>covr train</c> and <c>covr test</c>.</summary>
/// <param name="options">Name and folders.</param>
/// <param name="folder">The full path of the data set.</param>
/// <param name="mediaFolder">The folder of the media; null if unknown.</param>
internal sealed class TrainingConfiguration(ExportOptions options, string folder, string? mediaFolder)
{
    private readonly string _media = Path.GetFullPath(mediaFolder ?? Path.Combine(folder, "media"));
    private readonly string _embeddings = Path.GetFullPath(options.EmbeddingFolder ?? Path.Combine(folder, "embeddings"));

    /// <summary>Files below the folder of the data set.</summary>
    /// <param name="parts">The parts that have triplets.</param>
    public IEnumerable<(string Path, string Text)> Write(IReadOnlyList<string> parts)
    {
        string[] trained = [.. parts.Where(part => part != "test")];
        yield return (Path.Combine("configs", "data", options.Name + ".yaml"), $$"""
            dataname: {{options.Name}}
            _target_: src.data.webvid_covr.WebVidCoVRDataModule

            image_size: ${model.ckpt.image_size}
            iterate: "pth2"
            vid_query_method: middle
            vid_frames: 1
            emb_pool: query
            n_embs: 15
            si_tc_weight: ${model.loss_terms.si_tc_weight}
            batch_size: ${machine.batch_size}
            num_workers: ${machine.num_workers}

            annotation:
            {{Lines(trained, part => Quote(Path.Combine(folder, part + ".csv")))}}

            vid_dirs:
            {{Lines(trained, _ => Quote(_media))}}

            emb_dirs:
            {{Lines(trained, _ => Quote(_embeddings))}}

            """);
        if (parts.Contains("test"))
        {
            yield return (Path.Combine("configs", "test", options.Name + ".yaml"), $$"""
                {{options.Name.Replace('-', '_')}}:
                  dataname: {{options.Name}}
                  _target_: src.data.webvid_covr.WebVidCoVRTestDataModule

                  image_size: ${model.ckpt.image_size}
                  iterate: "triplets"
                  vid_query_method: middle
                  vid_frames: 1
                  emb_pool: query
                  batch_size: ${machine.batch_size}
                  num_workers: ${machine.num_workers}

                  annotation: {{Quote(Path.Combine(folder, "test.csv"))}}
                  vid_dirs: {{Quote(_media)}}
                  emb_dirs: {{Quote(_embeddings)}}

                  test:
                    _target_: src.test.${model.basemodel}.webvid_covr.TestWebVidCoVR

                """);
        }
    }

    private static string Lines(string[] parts, Func<string, string> value) => string.Join('\n', parts.Select(part => $"  {part}: {value(part)}"));

    private static string Quote(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
