using CoVR.Modeling.Native;

namespace CoVR.Modeling.Tests.Native;

public sealed class ElfVersionNeedsTests
{
    [Fact]
    public void MakeOptional_OneVersion_ChangesTwoBytesOfThatNeedOnly()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && NativeTorch.BindingPath is not null, "Only Linux has this file.");
        var original = File.ReadAllBytes(NativeTorch.BindingPath!);
        var changed = (byte[])original.Clone();

        var any = ElfVersionNeeds.MakeOptional(changed, version => version == "GLIBCXX_3.4.32");

        Assert.True(any);
        Assert.DoesNotContain(ElfVersionNeeds.List(original), need => need.Weak);
        Assert.Equal(["GLIBCXX_3.4.32"], ElfVersionNeeds.List(changed).Where(need => need.Weak).Select(need => need.Version));
        Assert.Equal(1, original.Zip(changed).Count(pair => pair.First != pair.Second));
    }

    [Fact]
    public void MakeOptional_NoSuchVersion_LeavesTheFileAlone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && NativeTorch.BindingPath is not null, "Only Linux has this file.");
        var original = File.ReadAllBytes(NativeTorch.BindingPath!);
        var changed = (byte[])original.Clone();

        Assert.False(ElfVersionNeeds.MakeOptional(changed, version => version == "GLIBCXX_9.9"));
        Assert.Equal(original, changed);
    }

    [Fact]
    public void List_BytesThatAreNoElf_IsEmpty() => Assert.Empty(ElfVersionNeeds.List(new byte[100]));
}
