using System.Runtime.CompilerServices;

/// <summary>Compiled into every test assembly, so that native libtorch is there before the first test is even discovered.</summary>
internal static class TestModule
{
    [ModuleInitializer]
    internal static void Initialize() => CoVR.TestSupport.TorchEnvironment.Prepare();
}
