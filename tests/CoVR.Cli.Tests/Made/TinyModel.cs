namespace CoVR.Cli.Tests.Made;

/// <summary>Models of a few thousand weights as a user has them: files in <c>configs</c>. <c>model=tiny-blip</c> or <c>tiny-blip2</c> with <c>model/ckpt=tiny</c>.</summary>
internal static class TinyModel
{
    private static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. "a red blue circle square make it smaller on the left and moves ,".Split(' ')];

    /// <summary>Writes both families, their random weights and the vocabulary into the folder.</summary>
    public static void WriteTo(CommandRun run)
    {
        Directory.CreateDirectory(run["configs", "model", "ckpt"]);
        File.WriteAllText(run["configs", "model", "tiny-blip.yaml"], Sizes("blip", "blip-large"));
        File.WriteAllText(run["configs", "model", "tiny-blip2.yaml"], Sizes("blip2", "blip2-coco", "    queries: 3"));
        File.WriteAllText(run["configs", "model", "ckpt", "tiny.yaml"], "name: tiny\npath: null\nimage_size: 16\n");
        File.WriteAllText(run["vocab.txt"], string.Join('\n', Vocabulary) + "\n");
    }

    private static string Sizes(string family, string model, params string[] more) => $$"""
        defaults:
          - {{model}}
        modelname: tiny-{{family}}
        _target_: tests.{{family}}_cir
        model:
          embed_dim: 8
        architecture:
            dimensions: 8
        {{string.Join('\n', more)}}
            vision: {patch_size: 4, width: 16, depth: 2, heads: 2, feed_forward_width: 32, drop_path: 0}
            text: {vocabulary_size: 0, width: 24, depth: 2, heads: 3, feed_forward_width: 48, max_positions: 40, dropout: 0}
        """;
}
