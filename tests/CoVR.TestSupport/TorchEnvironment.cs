using CoVR.Modeling.Native;
using TorchSharp;

namespace CoVR.TestSupport;

/// <summary>What every test process needs before its first tensor; called by the module initialiser of each test assembly.</summary>
public static class TorchEnvironment
{
    /// <summary>
    /// Loads the native libtorch and gives each product one thread: products of tests are small, other tests run beside
    /// them, and sums then have one order on every machine.
    /// </summary>
    public static void Prepare()
    {
        Robustness.BranchCoverage.Allocate();
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(1);
    }
}
