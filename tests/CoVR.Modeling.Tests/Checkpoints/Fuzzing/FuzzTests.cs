using System.Numerics;
using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Checkpoints.Fuzzing;

/// <summary>Broken files: each is read correctly or refused with a <see cref="CheckpointException"/>, and costs no more memory than its size allows.</summary>
[Collection("torch")]
public sealed class FuzzTests : IDisposable
{
    private const int Share = 2_250;
    private const long LargestTensor = 1L << 26;
    private const int LongestReason = 2_100;

    private static readonly ByteMutator Bytes = new([FuzzCorpus.Safetensors(FuzzCorpus.Header)]);

    private static readonly Dictionary<string, Func<byte[], Random, byte[]>> Targets = new()
    {
        ["zip, bytes"] = (pickle, random) => Bytes.Mutate(RawZip.Make(FuzzCorpus.Entries(pickle)), random),
        ["zip, entries"] = ZipMutator.Mutate,
        ["zip, instructions"] = (pickle, random) => RawZip.Make(FuzzCorpus.Entries(PickleMutator.Mutate(pickle, random))),
        ["zip, bytes of the pickle"] = (pickle, random) => RawZip.Make(FuzzCorpus.Entries(Bytes.Mutate(pickle, random))),
        ["legacy, bytes"] = (pickle, random) => Bytes.Mutate(FuzzCorpus.Legacy(pickle), random),
        ["legacy, instructions"] = (pickle, random) => FuzzCorpus.Legacy(PickleMutator.Mutate(pickle, random)),
        ["safetensors, bytes"] = (_, random) => Bytes.Make(random),
        ["safetensors, header"] = (_, random) => HeaderMutator.Mutate(random),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. Targets.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Open_Mutants_AreReadOrRefusedWithinBounds(string target)
    {
        var path = _folder["mutant"];
        Fuzz.Run("checkpoint, " + target, Share, random => Targets[target](FuzzCorpus.Pickles[random.Next(FuzzCorpus.Pickles.Count)], random), mutant =>
        {
            File.WriteAllBytes(path, mutant);
            return Read(path, mutant.Length);
        }, leastShare: 0.02);
    }

    [Fact]
    public void Open_Corpus_IsReadInEveryForm()
    {
        foreach (var file in FuzzCorpus.Pickles.SelectMany(pickle => new[] { RawZip.Make(FuzzCorpus.Entries(pickle)), FuzzCorpus.Legacy(pickle) }).Append(FuzzCorpus.Safetensors(FuzzCorpus.Header)))
        {
            File.WriteAllBytes(_folder["x"], file);

            using var checkpoint = Checkpoint.Open(_folder["x"]);
            Walk(checkpoint.Content, file.Length);
        }

        Assert.All(FuzzCorpus.Pickles, pickle => Assert.Equal(pickle, PickleMutator.Split(pickle).SelectMany(part => part)));
    }

    private static bool Read(string path, long length)
    {
        using var scope = NewDisposeScope();
        try
        {
            using var checkpoint = Checkpoint.Open(path);
            Walk(checkpoint.Content, length);
            return true;
        }
        catch (CheckpointException error)
        {
            Assert.Equal(path, error.File);
            Assert.InRange(error.Reason.Length, 10, LongestReason);
            return false;
        }
    }

    // Everything is plain data, whatever the file said, and tensors stay within their files.
    private static void Walk(object? root, long length)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var waiting = new Stack<object?>([root]);
        while (waiting.TryPop(out var value))
        {
            if (value is null or bool or long or double or BigInteger or string or byte[] or DBNull || !seen.Add(value))
            {
                continue;
            }

            foreach (var child in Children(value, length))
            {
                waiting.Push(child);
            }
        }
    }

    private static IEnumerable<object?> Children(object value, long length)
    {
        switch (value)
        {
            case CheckpointTensor tensor:
                Assert.InRange(tensor.Elements, 0, Math.Max(length, LargestTensor));
                if (tensor.Elements <= 1 << 16)
                {
                    tensor.Read().Dispose();
                }

                return [];
            case CheckpointObject inert:
                return [.. inert.Arguments, .. inert.Items, .. inert.Entries.SelectMany(entry => (object?[])[entry.Key, entry.Value]), inert.State];
            case IReadOnlyDictionary<object, object?> dictionary:
                return dictionary.SelectMany(entry => (object?[])[entry.Key, entry.Value]);
            case IReadOnlyList<object?> list:
                return list;
            case IReadOnlySet<object> set:
                return set;
            default:
                Assert.True(value.GetType().Name is "PickleGlobal" or "TensorStorage", $"a {value.GetType()} came out of a file");
                return [];
        }
    }
}
