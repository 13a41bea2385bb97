using CoVR.Modeling;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Families;

/// <summary>The token ids that the training cases see.</summary>
public sealed class TrainingTextParity : IParityCheck
{
    private const string Prefix = "input_ids_max_length_";

    public bool Handles(GoldenCase golden) =>
        GoldenFamily.OfQueries(golden) is not null && golden.OutputNames.Any(name => name.StartsWith(Prefix, StringComparison.Ordinal));

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var family = GoldenFamily.OfQueries(golden)!;
        var output = golden.OutputNames.First(name => name.StartsWith(Prefix, StringComparison.Ordinal));
        var length = int.Parse(output[Prefix.Length..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(length, family.TrainingLength);
        var text = family.Tokenizer.Encode(GoldenFamily.Strings(golden.InputJson("captions")), length, padToMaxLength: true);
        Assert.Equal(golden.Output(output).Longs, text.Ids);
        Assert.Equal(golden.Output("attention_mask").Longs, text.Mask);
    }
}
