using System.Runtime.CompilerServices;

/// <summary>Compiled into every test assembly, so that native libtorch is loaded before the first test is even discovered.</summary>
internal static class TestModule
{
    [ModuleInitializer]
    internal static void Initialize()
    {
        // With --coverlet this process only rewrites the libraries, so it must not load them; its child runs the tests.
        var arguments = Environment.GetCommandLineArgs();
        if (!arguments.Contains("--coverlet") || arguments.Contains("--internal-testhostcontroller-pid"))
        {
            Prepare();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Prepare() => CoVR.TestSupport.TorchEnvironment.Prepare();
}
