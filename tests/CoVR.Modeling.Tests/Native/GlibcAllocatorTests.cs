using CoVR.Modeling.Native;

namespace CoVR.Modeling.Tests.Native;

public sealed class GlibcAllocatorTests
{
    [Fact]
    public void KeepLargeBuffersMapped_OnGlibc_IsAccepted()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/lib/x86_64-linux-gnu/libc.so.6"), "No glibc.");

        Assert.True(GlibcAllocator.KeepLargeBuffersMapped());
    }
}
