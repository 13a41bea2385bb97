using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace CoVR.Onnx;

/// <summary>Gives the memory of tensors to a session as the contents of files that a model names. The managed interface lacks this call.</summary>
internal static unsafe partial class ExternalWeights
{
    // The functions of the native interface have fixed places; this one is there since version 1.18.
    private const uint ApiVersion = 18;
    private const int GetErrorMessage = 2, AddFilesInMemory = 279;

    /// <summary>Adds the weights of a graph. ONNX Runtime copies them while the session is made; they must live until then.</summary>
    /// <exception cref="OnnxEngineException">ONNX Runtime refuses them.</exception>
    public static void Add(SessionOptions options, IReadOnlyList<(string Name, Tensor Values)> weights)
    {
        var functions = OrtGetApiBase()->GetApi(ApiVersion);
        if (functions == null)
        {
            throw new OnnxEngineException($"ONNX Runtime {OrtEnv.Instance().GetVersionString()} is too old: 1.18 or later is needed.");
        }

        var names = new nint[weights.Count];
        try
        {
            for (var i = 0; i < names.Length; i++)
            {
                names[i] = OperatingSystem.IsWindows() ? Marshal.StringToCoTaskMemUni(weights[i].Name) : Marshal.StringToCoTaskMemUTF8(weights[i].Name);
            }

            nint[] contents = [.. weights.Select(weight => Address(weight.Values))];
            nuint[] lengths = [.. weights.Select(weight => (nuint)(weight.Values.numel() * weight.Values.element_size()))];
            fixed (nint* name = names, content = contents)
            fixed (nuint* length = lengths)
            {
                var add = (delegate* unmanaged<nint, nint*, nint*, nuint*, nuint, nint>)functions[AddFilesInMemory];
                var status = add(options.DangerousGetHandle(), name, content, length, (nuint)names.Length);
                if (status != 0)
                {
                    var message = ((delegate* unmanaged<nint, nint>)functions[GetErrorMessage])(status);
                    throw new OnnxEngineException($"ONNX Runtime does not take the weights: {Marshal.PtrToStringUTF8(message)}");
                }
            }
        }
        finally
        {
            Array.ForEach(names, Marshal.FreeCoTaskMem);
        }
    }

    /// <summary>Where the numbers of a contiguous tensor on the CPU lie.</summary>
    public static nint Address(Tensor values)
    {
        using var first = values.view(-1).narrow(0, 0, 1);
        fixed (byte* start = first.bytes)
        {
            return (nint)start;
        }
    }

    [LibraryImport("onnxruntime")]
    private static partial OrtApiBase* OrtGetApiBase();

    [StructLayout(LayoutKind.Sequential)]
    private struct OrtApiBase
    {
        public delegate* unmanaged<uint, void**> GetApi;
        public delegate* unmanaged<byte*> GetVersionString;
    }
}
