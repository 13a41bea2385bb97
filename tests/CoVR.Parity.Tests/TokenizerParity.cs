using System.Text.Json;
using CoVR.Modeling;
using CoVR.Modeling.Text;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>WordPiece, special tokens, padding and truncation against the slow Hugging Face tokenizer.</summary>
public sealed class TokenizerParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "tokenizer";

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        var tokenizer = Create(golden);
        CheckIds(golden.Config, tokenizer);
        CheckTokens(golden, tokenizer);
        CheckMaxLength(golden, tokenizer);
        CheckLongest(golden, tokenizer);
    }

    private static BertTextTokenizer Create(GoldenCase golden) =>
        golden.Config.GetProperty("ids").TryGetProperty("enc", out _)
            ? BertTextTokenizer.Load(golden.InputPath("vocab"), [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken])
            : BertTextTokenizer.Load(golden.InputPath("vocab"), [BertTextTokenizer.DecToken]);

    private static void CheckIds(JsonElement config, BertTextTokenizer tokenizer)
    {
        var ids = config.GetProperty("ids");
        Assert.Equal(config.GetProperty("len_tokenizer").GetInt32(), tokenizer.VocabularySize);
        Assert.Equal(
            new int?[] { Id("pad"), Id("unk"), Id("cls"), Id("sep"), Id("mask"), Id("dec"), Id("enc") },
            [tokenizer.PadId, tokenizer.UnknownId, tokenizer.ClsId, tokenizer.SepId, tokenizer.MaskId, tokenizer.DecId, tokenizer.EncId]);

        int? Id(string name) => ids.TryGetProperty(name, out var id) ? id.GetInt32() : null;
    }

    private static void CheckTokens(GoldenCase golden, BertTextTokenizer tokenizer)
    {
        string[] added = tokenizer.EncId is null ? [BertTextTokenizer.DecToken] : [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken];
        var pieces = WordPieceTokenizer.Load(golden.InputPath("vocab"), added);
        foreach (var entry in golden.OutputJson("tokens").EnumerateArray())
        {
            var text = entry.GetProperty("text").GetString()!;
            Assert.Equal(Strings(entry.GetProperty("tokens")), pieces.EncodeToTokens(text, out _).Select(token => token.Value));
            Assert.Equal(Longs(entry.GetProperty("ids_no_truncation")), tokenizer.Encode([text], int.MaxValue).Ids);
        }
    }

    private static void CheckMaxLength(GoldenCase golden, BertTextTokenizer tokenizer)
    {
        const string prefix = "ids_max_length_";
        var texts = Strings(golden.InputJson("texts"));
        foreach (var name in golden.OutputNames.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var text = tokenizer.Encode(texts, int.Parse(name[prefix.Length..], System.Globalization.CultureInfo.InvariantCulture), padToMaxLength: true);
            Assert.Equal(golden.Output(name).Longs, text.Ids);
            Assert.Equal(golden.Output("mask" + name[3..]).Longs, text.Mask);
        }
    }

    private static void CheckLongest(GoldenCase golden, BertTextTokenizer tokenizer)
    {
        const string prefix = "ids_";
        foreach (var batch in golden.OutputJson("longest").EnumerateArray())
        {
            var texts = Strings(batch.GetProperty("texts"));
            foreach (var property in batch.EnumerateObject().Where(property => property.Name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                var limit = int.TryParse(property.Name[prefix.Length..], out var number) ? number : int.MaxValue;
                var text = tokenizer.Encode(texts, limit);
                Assert.Equal(property.Value.EnumerateArray().SelectMany(Longs), text.Ids);
                if (batch.TryGetProperty("mask_" + property.Name[prefix.Length..], out var mask))
                {
                    Assert.Equal(mask.EnumerateArray().SelectMany(Longs), text.Mask);
                }
            }
        }
    }

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(element => element.GetString()!)];

    private static IEnumerable<long> Longs(JsonElement array) => array.EnumerateArray().Select(element => element.GetInt64());
}
