using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace CoVR.Onnx;

/// <summary>The native ONNX Runtime that the application brings: its providers, the options of a session, and what its errors mean.</summary>
internal static class NativeRuntime
{
    private const string Suffix = "ExecutionProvider";

    /// <summary>Calls into the library.</summary>
    /// <exception cref="OnnxEngineException">It is missing or refuses; the message says what to do.</exception>
    public static T Call<T>(Func<OrtEnv, T> call)
    {
        try
        {
            var runtime = OrtEnv.Instance();
            runtime.DisableTelemetryEvents();
            return call(runtime);
        }
        catch (Exception error) when (Explain(error) is { } reason)
        {
            throw new OnnxEngineException(reason, error);
        }
    }

    /// <summary>The execution providers of this build, without the word that ends their names.</summary>
    public static IEnumerable<string> ProvidersOf(OrtEnv runtime) =>
        runtime.GetAvailableProviders().Select(name => name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name);

    /// <summary>The options of a session.</summary>
    public static SessionOptions CreateOptions(OrtEnv runtime, OnnxRuntimeOptions options)
    {
        var provider = ProvidersOf(runtime).FirstOrDefault(name => name.Equals(options.Provider, StringComparison.OrdinalIgnoreCase))
            ?? throw new OnnxEngineException(
                $"This build of ONNX Runtime has no execution provider '{options.Provider}', only {string.Join(", ", ProvidersOf(runtime))}. Reference the package that brings it instead of Microsoft.ML.OnnxRuntime, for example Microsoft.ML.OnnxRuntime.Gpu for CUDA and TensorRT or Microsoft.ML.OnnxRuntime.DirectML for DML, or choose another.");
        var session = new SessionOptions { IntraOpNumThreads = options.Threads ?? get_num_threads(), LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        try
        {
            // Threads that wait by spinning would take the cores from libtorch's.
            session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            Append(session, provider, new Dictionary<string, string>(options.ProviderOptions));
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>What an error of the library means; null if it is none of its.</summary>
    internal static string? Explain(Exception error) => error switch
    {
        TypeInitializationException { InnerException: { } inner } => Explain(inner),
        DllNotFoundException or BadImageFormatException or EntryPointNotFoundException =>
            $"The native library of ONNX Runtime is missing or does not fit this system: reference Microsoft.ML.OnnxRuntime in the application, or the package of another execution provider. ({error.Message})",
        OnnxRuntimeException => $"ONNX Runtime refuses the model, the provider or its options: {error.Message}",
        _ => null,
    };

    private static void Append(SessionOptions session, string provider, Dictionary<string, string> options)
    {
        switch (provider.ToUpperInvariant())
        {
            case "CPU":
                break;
            case "CUDA":
                options.TryAdd("use_tf32", "0");
                using (var cuda = new OrtCUDAProviderOptions())
                {
                    cuda.UpdateOptions(options);
                    session.AppendExecutionProvider_CUDA(cuda);
                }

                break;
            case "DML":
                // DirectML does not reuse buffers by pattern.
                session.EnableMemoryPattern = false;
                session.AppendExecutionProvider("DML", options);
                break;
            case "TENSORRT":
                using (var tensorRt = new OrtTensorRTProviderOptions())
                {
                    tensorRt.UpdateOptions(options);
                    session.AppendExecutionProvider_Tensorrt(tensorRt);
                }

                break;
            default:
                session.AppendExecutionProvider(provider, options);
                break;
        }
    }
}
