using CoVR.Modeling;
using TorchSharp;

namespace CoVR.TestSupport;

/// <summary>What every test process needs before its first tensor; called by the module initialiser of each test assembly.</summary>
public static class TorchEnvironment
{
    /// <summary>Loads the native libtorch and bounds its threads.</summary>
    public static void Prepare()
    {
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(Math.Min(Environment.ProcessorCount, 4));
    }
}
