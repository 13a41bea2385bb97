using CoVR.Cli.Hosting;
using CoVR.Data;
using Microsoft.Extensions.Options;

namespace CoVR.Cli.Tests.Hosting;

/// <summary>Which errors are told how.</summary>
public sealed class ErrorTextTests
{
    [Fact]
    public void Of_WrongOptions_ListsEveryFault()
    {
        var text = ErrorText.Of(new OptionsValidationException("", typeof(object), ["batch size must be positive", "no checkpoint"]), verbose: false);

        Assert.Contains("batch size must be positive", text, StringComparison.Ordinal);
        Assert.Contains("no checkpoint", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ErrorForUsersWithinAnother_ShowsTheInnerOne()
    {
        var cause = new DatasetFormatException("train.csv", 7, "edit", "the field is missing");

        Assert.Equal(cause.Message, ErrorText.Of(new AggregateException(cause), verbose: false));
        Assert.Equal(cause.Message, ErrorText.Of(new InvalidOperationException("outer", cause), verbose: false));
    }

    [Fact]
    public void Of_UnexpectedError_NamesItsTypeAndVerbose()
    {
        var text = ErrorText.Of(new InvalidOperationException("something broke"), verbose: false);

        Assert.StartsWith("InvalidOperationException: something broke", text, StringComparison.Ordinal);
        Assert.Contains("--verbose", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes.")]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB")]
    public void Of_TooLittleMemory_SaysSo(string message)
    {
        foreach (var error in new Exception[] { new InvalidOperationException(message), new InsufficientMemoryException() })
        {
            Assert.StartsWith("There is not enough memory (", ErrorText.Of(error, verbose: false), StringComparison.Ordinal);
        }
    }
}
