using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Checkpoints.Files;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Checkpoints;

[Collection("torch")]
public sealed class WriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void PthWriter_NestedValues_AreReadBack()
    {
        var shared = rand(3, 4);
        PthWriter.Write(_folder["x.pth"], new Dictionary<string, object?>
        {
            ["epoch"] = 300,
            ["big"] = 1L << 40,
            ["negative"] = -5,
            ["lr"] = 1e-5,
            ["name"] = "été",
            ["none"] = null,
            ["flag"] = true,
            ["list"] = new object?[] { 1, 2.5f, "x", new List<object?>() },
            ["model"] = new Dictionary<string, Tensor> { ["a"] = shared, ["b"] = shared, ["t"] = shared.t() },
            ["groups"] = new Dictionary<int, object?> { [7] = new Dictionary<string, object?> { ["step"] = tensor(3f) } },
        });

        using var checkpoint = Checkpoint.Open(_folder["x.pth"]);
        var content = (IReadOnlyDictionary<object, object?>)checkpoint.Content!;

        Assert.Equal([300L, 1L << 40, -5L, 1e-5, "été", null, true], new[] { "epoch", "big", "negative", "lr", "name", "none", "flag" }.Select(key => content[key]));
        Assert.Equal([1L, 2.5, "x"], ((IReadOnlyList<object?>)content["list"]!).Take(3));
        Assert.True(checkpoint.Tensors("model")["b"].Read().Equals(shared));
        Assert.True(checkpoint.Tensors("model")["t"].Read().Equals(shared.t()));
        var group = (IReadOnlyDictionary<object, object?>)((IReadOnlyDictionary<object, object?>)content["groups"]!)[7L]!;
        Assert.Equal(3f, Assert.IsType<CheckpointTensor>(group["step"]).Read().item<float>());
        using var archive = ZipFile.OpenRead(_folder["x.pth"]);
        Assert.Equal(["x/data.pkl", "x/byteorder", "x/data/0", "x/data/1", "x/data/2", "x/version"], archive.Entries.Select(entry => entry.FullName));
    }

    [Fact]
    public void PthWriter_Layout_IsThatOfPyTorch()
    {
        var golden = GoldenSet.Cases.First(candidate => candidate.Group == "checkpoints" && candidate.Id.EndsWith("zip", StringComparison.Ordinal)).InputPath("checkpoint");
        PthWriter.Write(_folder["x.pth"], new Dictionary<string, object?> { ["model"] = new Dictionary<string, object?> { ["a"] = rand(16), ["b"] = rand(3), ["c"] = rand(272) } });

        foreach (var path in new[] { golden, _folder["x.pth"] })
        {
            using var file = CheckpointFile.Open(path);
            var zip = new ZipDirectory(file);
            Assert.All(zip.Entries.Values, entry =>
            {
                Assert.Equal(0, zip.Locate(entry) % 64);
                Assert.Equal((0, 0x0808), (entry.Method, entry.Flags));
                Assert.Equal(0x08074b50, BitConverter.ToInt32(file.Read(zip.Locate(entry) + entry.Size, 4)));
                Assert.Equal(entry.Crc, BitConverter.ToUInt32(file.Read(zip.Locate(entry) + entry.Size + 4, 4)));
            });
            Assert.Equal("3\n", Encoding.ASCII.GetString(file.Read(zip.Locate(zip.Entries.Values.Single(entry => entry.Name.EndsWith("/version", StringComparison.Ordinal))), 2)));
        }
    }

    [Fact]
    public void PthWriter_File_IsAcceptedByPythonsUnpickler()
    {
        Assert.SkipUnless(HasPython(), "python3 is not installed");
        PthWriter.Write(_folder["x.pth"], new Dictionary<string, object?>
        {
            ["epoch"] = 70_000,
            ["big"] = -(1L << 40),
            ["none"] = null,
            ["list"] = new object?[] { 1, 2.5, "é", false },
            ["model"] = new Dictionary<string, Tensor> { ["w"] = arange(6).reshape(2, 3).to(ScalarType.Float32) },
        });
        File.WriteAllText(_folder["check.py"], PythonReader);

        var result = RunPython(_folder["check.py"], _folder["x.pth"]);

        using var json = JsonDocument.Parse(result);
        Assert.Equal("""{"epoch":70000,"big":-1099511627776,"none":null,"list":[1,2.5,"é",false],"model":{"w":["FloatStorage",0,[2,3],[3,1],[0.0,1.0,2.0,3.0,4.0,5.0]]}}""", result.Trim());
    }

    [Fact]
    public void SafetensorsWriter_Metadata_IsReadBack()
    {
        var tensors = new Dictionary<string, Tensor> { ["b"] = ones(3).to(ScalarType.Float16), ["a"] = rand(2, 2), ["z"] = tensor(5L), ["m"] = ones(1).to(ScalarType.Bool) };
        SafetensorsWriter.Write(_folder["x.safetensors"], tensors, new Dictionary<string, string> { ["format"] = "pt", ["é"] = "\"" });

        using var checkpoint = Checkpoint.Open(_folder["x.safetensors"]);
        var bytes = File.ReadAllBytes(_folder["x.safetensors"]);

        Assert.Equal(("pt", "\""), (checkpoint.Metadata["format"], checkpoint.Metadata["é"]));
        Assert.Equal(CheckpointFormat.Safetensors, checkpoint.Format);
        Assert.Equal(["z", "a", "b", "m"], checkpoint.Tensors().Keys);
        Assert.All(tensors, pair => Assert.True(checkpoint.Tensors()[pair.Key].Read().Equals(pair.Value)));
        Assert.Equal(0, BitConverter.ToInt64(bytes) % 8);
        Assert.Throws<CheckpointException>(() => checkpoint.Tensors("model"));
    }

    [Fact]
    public void Write_FailingHalfWay_KeepsTheOldFile()
    {
        SafetensorsWriter.Write(_folder["x.safetensors"], new Dictionary<string, Tensor> { ["a"] = ones(2) });
        PthWriter.Write(_folder["x.pth"], new Dictionary<string, object?> { ["a"] = ones(2) });
        var before = (File.ReadAllBytes(_folder["x.safetensors"]), File.ReadAllBytes(_folder["x.pth"]));
        var bad = new Dictionary<string, Tensor> { ["a"] = ones(1_000_000), ["b"] = empty(1000, device: META) };

        Assert.ThrowsAny<Exception>(() => SafetensorsWriter.Write(_folder["x.safetensors"], bad));
        Assert.ThrowsAny<Exception>(() => PthWriter.Write(_folder["x.pth"], bad.ToDictionary(pair => pair.Key, pair => (object?)pair.Value)));

        Assert.Equal(before.Item1, File.ReadAllBytes(_folder["x.safetensors"]));
        Assert.Equal(before.Item2, File.ReadAllBytes(_folder["x.pth"]));
        Assert.Equal(2, Directory.GetFiles(_folder.FullName).Length);
    }

    [Fact]
    public void Write_WhatHasNoPlace_IsRefused()
    {
        var endless = new Dictionary<string, object?>();
        endless["self"] = endless;

        Assert.Throws<ArgumentException>(() => PthWriter.Write(_folder["x.pth"], endless));
        Assert.Throws<ArgumentException>(() => PthWriter.Write(_folder["x.pth"], new Dictionary<string, object?> { ["x"] = new Version(1, 2) }));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder["x.s"], [new("a", ones(1)), new("a", ones(1))]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder["x.s"], [new("__metadata__", ones(1))]));
        Assert.Empty(Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void StoredZipWriter_BeyondFourGigabytes_UsesZip64()
    {
        // A stream that only counts: neither memory nor disk is needed.
        using var output = new CountingStream();
        var archive = new StoredZipWriter(output);
        var piece = new byte[1 << 24];
        const long size = (1L << 32) + (1 << 24);
        archive.Add("x/data/0", size, write =>
        {
            for (var done = 0L; done < size; done += piece.Length)
            {
                write(piece);
            }
        });
        archive.Add("x/version", "3\n"u8.ToArray());
        var directory = output.Position;
        archive.Finish();

        var tail = output.Tail.ToArray();
        var at = (int)(directory - (output.Position - tail.Length));
        Assert.Equal(uint.MaxValue, BitConverter.ToUInt32(tail, at + 20));
        var extra = at + 46 + "x/data/0".Length;
        Assert.Equal((1, 16), (BitConverter.ToInt16(tail, extra), BitConverter.ToInt16(tail, extra + 2)));
        Assert.Equal(size, BitConverter.ToInt64(tail, extra + 4));
        Assert.Equal(directory, BitConverter.ToInt64(tail, tail.Length - 22 - 20 - 8));
    }

    private static bool HasPython()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("python3", "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string RunPython(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output;
    }

    // Python's own zip and pickle modules, with stand-ins for the four names that a weights file may use.
    private const string PythonReader = """
        import collections, json, pickle, struct, sys, zipfile
        archive = zipfile.ZipFile(sys.argv[1])
        assert archive.testzip() is None
        prefix = archive.namelist()[0].split('/')[0]
        def rebuild(storage, offset, size, stride, requires_grad, hooks):
            return [storage[0], offset, size, stride, list(struct.unpack('<%df' % storage[2], archive.read('%s/data/%s' % (prefix, storage[1]))))]
        class Reader(pickle.Unpickler):
            def find_class(self, module, name):
                if (module, name) == ('collections', 'OrderedDict'): return collections.OrderedDict
                if (module, name) == ('torch._utils', '_rebuild_tensor_v2'): return rebuild
                if module == 'torch' and name.endswith('Storage'): return name
                raise pickle.UnpicklingError(module + '.' + name)
            def persistent_load(self, id):
                kind, storage, key, location, count = id
                assert kind == 'storage' and location == 'cpu'
                return (storage, key, count)
        value = Reader(archive.open(prefix + '/data.pkl')).load()
        sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False, separators=(',', ':')).encode())
        """;

    private sealed class CountingStream : Stream
    {
        private const int Kept = 4096;
        private long _length;

        public Queue<byte> Tail { get; } = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _length += buffer.Length;
            foreach (var value in buffer[Math.Max(0, buffer.Length - Kept)..])
            {
                Tail.Enqueue(value);
            }

            while (Tail.Count > Kept)
            {
                Tail.Dequeue();
            }
        }
    }
}
