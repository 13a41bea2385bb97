using CoVR.Modeling.Native;
using TorchSharp;

namespace CoVR.Modeling.Tests.Native;

[Collection("torch")]
public sealed class TorchDevicesTests
{
    [Theory]
    [InlineData("cpu")]
    [InlineData("CPU")]
    [InlineData(" cpu:0 ")]
    public void Parse_Cpu_IsUsable(string name)
    {
        using var ones = torch.ones(2, device: TorchDevices.Parse(name));

        Assert.Equal(DeviceType.CPU, ones.device_type);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:0:1")]
    [InlineData("cpu:3")]
    public void Parse_UnknownName_ListsTheAcceptedOnes(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => TorchDevices.Parse(name));

        Assert.Contains("cuda:<index>", error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_CudaWithCpuPackage_SaysWhichPackageToAddAndCopiesNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && NativeFolders.OfThisProcess().Find(NativeFolders.TorchCuda) is null, "A CUDA build is here.");

        var error = Assert.Throws<NativeTorchException>(() => TorchDevices.Parse("cuda:0"));

        Assert.Equal("cuda:0", error.Device);
        Assert.Contains("CPU-only build", error.Message, StringComparison.Ordinal);
        Assert.Contains("TorchSharp-cuda-linux", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "cuda")));
    }

    [Fact]
    public void Parse_MetalElsewhere_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsMacOS(), "Macs may have it.");

        Assert.Throws<NativeTorchException>(() => TorchDevices.Parse("mps"));
    }
}
