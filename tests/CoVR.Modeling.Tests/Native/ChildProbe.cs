using System.Runtime.CompilerServices;
using CoVR.Modeling.Native;
using TorchSharp;

namespace CoVR.Modeling.Tests.Native;

/// <summary>Lets this test program be started again as a child that only loads torch, sums a tensor, prints it and ends.</summary>
internal static class ChildProbe
{
    public const string Variable = "COVR_TEST_NATIVE_PROBE";

    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            return;
        }

        try
        {
            NativeTorch.EnsureLoaded();
            using var sum = torch.tensor(new[] { 1f, 2f, 3f }).sum();
            Console.WriteLine(sum.item<float>());
        }
        catch (NativeTorchException e)
        {
            Console.WriteLine(e);
        }

        Environment.Exit(0);
    }
}
