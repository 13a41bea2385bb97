using CoVR.Modeling.Native;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace CoVR.Onnx.Files;

/// <summary>A session on a user's file. Safe for use from several threads.</summary>
internal sealed class FileSession : IDisposable
{
    private readonly RunOptions _options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly InferenceSession _session;
    private readonly string _path;
    private readonly string _output;
    private bool _disposed;

    private FileSession(string path, InferenceSession session, string output) => (_path, _session, _output) = (path, session, output);

    /// <summary>Loads a graph and checks the nodes that a description names.</summary>
    /// <exception cref="OnnxEngineException">The library is missing, the file is no ONNX model, or a node is missing or of another type.</exception>
    public static FileSession Open(string path, OnnxRuntimeOptions? options, string[] inputs, TensorElementType[] types, string output)
    {
        NativeTorch.EnsureLoaded();
        InferenceSession session;
        try
        {
            session = NativeRuntime.Call(runtime =>
            {
                using var settings = NativeRuntime.CreateOptions(runtime, options ?? new OnnxRuntimeOptions());
                return new InferenceSession(path, settings);
            });
        }
        catch (OnnxEngineException error)
        {
            throw new OnnxEngineException($"{path}: {error.Message}", error);
        }

        var file = new FileSession(path, session, output);
        try
        {
            Array.ForEach(inputs, input => file.Require("input", session.InputMetadata, input, types));
            file.Require("output", session.OutputMetadata, output, [TensorElementType.Float]);
            return session.InputMetadata.Keys.Except(inputs).FirstOrDefault() is not { } missing
                ? file
                : throw file.Error($"the graph has an input '{missing}' that the description does not give; its inputs are {string.Join(", ", session.InputMetadata.Keys)}.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The fixed sizes of an input's dimensions; -1 for free ones.</summary>
    public int[] SizesOf(string input) => _session.InputMetadata[input].Dimensions;

    /// <summary>The type of an input's numbers.</summary>
    public ScalarType TypeOf(string input) => _session.InputMetadata[input].ElementDataType switch
    {
        TensorElementType.Int64 => ScalarType.Int64,
        TensorElementType.Int32 => ScalarType.Int32,
        _ => ScalarType.Float32,
    };

    /// <summary>Runs a batch, row by row where the graph takes one row only.</summary>
    /// <param name="inputs">Names and tensors [B, …], of the input's type.</param>
    /// <returns>The output; the caller's dispose scope owns it.</returns>
    /// <exception cref="OnnxEngineException">ONNX Runtime fails, or the output has not a row for each of the input.</exception>
    /// <exception cref="ObjectDisposedException">The encoder was disposed.</exception>
    public Tensor Run(params (string Name, Tensor Values)[] inputs)
    {
        // A call on a session that was freed would end the process.
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var scope = NewDisposeScope();
        var rows = inputs[0].Values.shape[0];
        (string Name, Tensor Values)[] whole = [.. inputs.Select(input => (input.Name, input.Values.detach().to(TypeOf(input.Name), CPU).contiguous()))];
        var step = SizesOf(inputs[0].Name)[0];
        if (step > 1)
        {
            throw Error($"its input '{inputs[0].Name}' takes batches of exactly {step}; export it with a free batch, or with 1.");
        }

        Tensor[] results = step < 0 ? [RunOnce(whole)] : [.. Enumerable.Range(0, (int)rows).Select(row => RunOnce([.. whole.Select(input => (input.Name, input.Values.narrow(0, row, 1)))]))];
        var result = results.Length == 1 ? results[0] : cat(results);
        return result.shape[0] == rows
            ? result.MoveToOuterDisposeScope()
            : throw Error($"its output '{_output}' is [{string.Join(", ", result.shape)}] for {rows} rows.");
    }

    /// <summary>Names the file.</summary>
    public OnnxEngineException Error(string reason, Exception? cause = null) => new($"{_path}: {reason}", cause);

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _session.Dispose();
        _options.Dispose();
    }

    private void Require(string kind, IReadOnlyDictionary<string, NodeMetadata> nodes, string name, TensorElementType[] types)
    {
        if (!nodes.TryGetValue(name, out var node))
        {
            throw Error($"the graph has no {kind} '{name}'; its {kind}s are {string.Join(", ", nodes.Keys)}.");
        }

        if (!node.IsTensor || !types.Contains(node.ElementDataType))
        {
            throw Error($"its {kind} '{name}' is {(node.IsTensor ? node.ElementDataType : node.OnnxValueType)}, not {string.Join(" or ", types)}. Export the model with that type.");
        }
    }

    private Tensor RunOnce((string Name, Tensor Values)[] inputs)
    {
        OrtValue[] values = [.. inputs.Select(input => OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, _session.InputMetadata[input.Name].ElementDataType, input.Values.shape, ExternalWeights.Address(input.Values), input.Values.numel() * input.Values.element_size()))];
        try
        {
            using var results = _session.Run(_options, [.. inputs.Select(input => input.Name)], values, [_output]);
            return tensor(results[0].GetTensorDataAsSpan<float>().ToArray(), results[0].GetTensorTypeAndShape().Shape);
        }
        catch (OnnxRuntimeException error)
        {
            throw Error($"ONNX Runtime failed on {string.Join(", ", inputs.Select(input => $"'{input.Name}' [{string.Join(", ", input.Values.shape)}]"))}: {error.Message}", error);
        }
        finally
        {
            Array.ForEach(values, value => value.Dispose());
        }
    }
}
