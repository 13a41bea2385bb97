using System.Text;
using CoVR.Reproduction.Configuration;
using CoVR.TestSupport.Robustness;

namespace CoVR.Reproduction.Tests.Configuration;

/// <summary>Broken configuration files and arguments: each is read or refused with a <see cref="ConfigurationException"/>.</summary>
public sealed class ConfigurationFuzzTests
{
    private static readonly string[] Tokens =
        ["<<: *b", "&b ", "*b", "!!int ", "!!python/x ", "---\n", "...\n", "|\n  ", ">-\n", "? ", ": ", "- ", "\t", "\n", "\n  ", "'", "\"", "\\", "{", "}", "[", "]", "#", "%YAML 1.1\n", "1:30", "0b1", "1e400", "~", "\u2028", "\uFEFF", "defaults:\n", "override /data: x", "${a}", "${oc.env:X,"];

    private static readonly string[] Yaml =
    [
        "# @package _global_\ndefaults:\n  - data: cirr\n  - override /model@x.y: blip\n  - _self_\na: &b {x: 1, y: [1, 2.5, yes, ~]}\nc:\n  <<: *b\n  d: |\n    text\n    more\n  e: >-\n    folded\nf: 'it''s'\ng: \"\\u00e9 \\\"q\\\"\"\nh: ${a.x}-${oc.env:HOME,other}\n",
        "list:\n- one\n- two: 2\n  three: 0x1F\n- [a, {b: c}]\nempty:\nnumber: !!float 3\n? key\n: value\n",
    ];

    [Fact]
    public void Parse_MutantsOfFiles_AreReadOrRefused()
    {
        var mutator = new ByteMutator([.. Yaml.Select(Encoding.UTF8.GetBytes), .. Fuzz.Seeds(".yaml")], Tokens);
        Fuzz.Run("yaml", 4_000, mutator.Make, mutant => IsRead(() =>
        {
            var text = Encoding.UTF8.GetString(mutant);
            var tree = YamlTree.Read(text, "x.yaml");
            ConfigFile.Parse("x", "x.yaml", text);
            Assert.Equal(ConfigJson.Line(tree), ConfigJson.Line(YamlTree.Read(ConfigYaml.Document(tree), "saved.yaml")));
        }), bytesPerByte: 4_000);
    }

    [Fact]
    public void Compose_MutantsOfArguments_AreTakenOrRefused()
    {
        string[] seeds = ["trainer.max_epochs=3", "+model.extra={a: [1, 'x'], b: ${seed}}", "~model.optimizer.lr", "data@x=cirr", "run_name=str(int(2.9))", "model/ckpt=blip-l-coco", "++a.b=\"q\\\"\""];
        string[] tokens = ["=", "+", "~", "@", ".", "/", "${", "}", "int(", ")", "[", "{", ",", "'", "\"", "\\", "seed", "data", "null", "1e999", " ", "hydra.run.dir", "oc.env:", "-"];
        var composer = new ConfigComposer(new ConfigLibrary(), new ConfigRuntime("/covr", _ => null));
        var mutator = new ByteMutator([.. seeds.Select(Encoding.UTF8.GetBytes)], tokens);
        Fuzz.Run("arguments", 300, mutator.Make, mutant => IsRead(() => composer.Compose("train", [Encoding.UTF8.GetString(mutant)]).Resolved()), bytesPerByte: 1 << 20);
    }

    private static bool IsRead(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (ConfigurationException error)
        {
            Assert.InRange(error.Message.Length, 10, 4_000);
            return false;
        }
    }
}
