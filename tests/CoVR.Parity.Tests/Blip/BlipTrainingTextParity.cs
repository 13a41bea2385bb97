using CoVR.Modeling;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip;

/// <summary>The token ids that the training cases see.</summary>
public sealed class BlipTrainingTextParity : IParityCheck
{
    private const string Prefix = "input_ids_max_length_";

    public bool Handles(GoldenCase golden) => golden.Group == "blip_cir" && golden.OutputNames.Any(name => name.StartsWith(Prefix, StringComparison.Ordinal));

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        var output = golden.OutputNames.First(name => name.StartsWith(Prefix, StringComparison.Ordinal));
        var length = int.Parse(output[Prefix.Length..], System.Globalization.CultureInfo.InvariantCulture);
        var text = GoldenBlip.Tokenizer().Encode(GoldenBlip.Strings(golden.InputJson("captions")), TextPadding.MaxLength, length);
        Assert.Equal(golden.Output(output).Longs, text.Ids);
        Assert.Equal(golden.Output("attention_mask").Longs, text.Mask);
    }
}
