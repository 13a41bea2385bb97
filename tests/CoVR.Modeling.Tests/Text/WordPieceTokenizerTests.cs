using System.Text;
using CoVR.Modeling.Text;

namespace CoVR.Modeling.Tests.Text;

public sealed class WordPieceTokenizerTests
{
    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "make", "it", "red", "un", "##aff", "##able", "a", "##a", "e", ".", "'", "😀", "中", "stanbul", "i", "##stanbul", "#"];

    [Theory]
    [InlineData("Make it RED.", "make it red .")]
    [InlineData("unaffable", "un ##aff ##able")]
    [InlineData("unaffablex", "[UNK]")]
    [InlineData("a[SEP]a", "a [SEP] a")]
    [InlineData("a[sep]", "a [UNK] [UNK] [UNK]")]
    [InlineData("é\u200Ba\tit", "e ##a it")]
    [InlineData("a\u200Ba", "a ##a")]
    [InlineData("a\u2028a", "a a")]
    [InlineData("a中a😀", "a 中 [UNK]")]
    [InlineData("\u0130stanbul", "i ##stanbul")]
    [InlineData("\uD83D", "")]
    [InlineData("", "")]
    public void EncodeToTokens_Text_GivesThePieces(string text, string expected)
    {
        var tokens = new WordPieceTokenizer(Vocabulary).EncodeToTokens(text, out var normalized);

        Assert.Equal(expected, string.Join(' ', tokens.Select(token => token.Value)));
        Assert.Null(normalized);
    }

    [Theory]
    [InlineData("a caf\u00e9 at night", "a cafe at night")]
    [InlineData("Se\u00f1or in the cafe\u0301", "senor in the cafe")]
    [InlineData("na\u00efve pose", "naive pose")]
    [InlineData("\u00dcber \u00c5ngstr\u00f6m", "uber angstrom")]
    [InlineData("\u1ebe\u1e08\u01d7", "ecu")]
    [InlineData("\u0399\u0390", "\u03b9\u03b9")]
    [InlineData("\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af")]
    [InlineData("I \u0130 \u0131", "i i \u0131")]
    [InlineData("\u304c\u30d7", "\u304b\u30d5")]
    [InlineData("\ud806\udd38", "\ud806\udd35\ud806\udd30")]
    public void EncodeToTokens_Accents_AreGoneWhateverTheHost(string text, string expected)
    {
        string[] special = [.. Vocabulary.Take(5)];
        var tokenizer = new WordPieceTokenizer(special.Concat(expected.Split(' ').Distinct()));

        Assert.Equal(expected, string.Join(' ', tokenizer.EncodeToTokens(text, out _).Select(token => token.Value)));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Load_VocabularyWithAByteOrderMark_ReadsIt(string encoding)
    {
        var bytes = Encoding.GetEncoding(encoding) is var it ? (byte[])[.. it.GetPreamble(), .. it.GetBytes(string.Join('\n', Vocabulary))] : [];

        Assert.Equal([0, 17], WordPieceTokenizer.Load(new MemoryStream(bytes)).EncodeToIds("[PAD] 中"));
    }

    [Fact]
    public void Load_VocabularyInLatin1_NamesTheLine()
    {
        var error = Assert.Throws<InvalidDataException>(() => WordPieceTokenizer.Load(new MemoryStream(Encoding.Latin1.GetBytes("[PAD]\n[UNK]\ncaf\u00e9\n"))));

        Assert.Contains("line 3 is not UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EncodeToTokens_Accents_PointIntoTheOriginalText()
    {
        const string text = " UNaffáblE  réd [SEP] é.";
        var tokenizer = new WordPieceTokenizer(Vocabulary);

        var tokens = tokenizer.EncodeToTokens(text, out _);

        Assert.Equal(["UN", "aff", "áblE", "réd", "[SEP]", "é", "."], tokens.Select(token => text[token.Offset]));
    }

    [Fact]
    public void EncodeToIds_WithLimit_StopsAndSaysWhere()
    {
        var tokenizer = new WordPieceTokenizer(Vocabulary);

        var ids = tokenizer.EncodeToIds("make it red a", 2, out _, out var consumed);

        Assert.Equal([5, 6], ids);
        Assert.Equal("make it".Length, consumed);
        Assert.Equal(4, tokenizer.CountTokens("make it red a"));
    }

    [Fact]
    public void EncodeToIds_WordOf100CodePoints_IsCut_And101_IsUnknown()
    {
        var tokenizer = new WordPieceTokenizer([.. Vocabulary, "##😀"]);

        Assert.Equal(100, tokenizer.EncodeToIds(string.Concat(Enumerable.Repeat("😀", 100))).Count);
        Assert.Equal([1], tokenizer.EncodeToIds(string.Concat(Enumerable.Repeat("😀", 101))));
    }

    [Fact]
    public void Decode_Ids_GluesThePieces()
    {
        var tokenizer = new WordPieceTokenizer(Vocabulary);

        Assert.Equal("make unaffable .", tokenizer.Decode([5, 8, 9, 10, 14]));
        Assert.Equal(System.Buffers.OperationStatus.InvalidData, tokenizer.Decode([99], new char[8], out _, out _));
        Assert.Equal(System.Buffers.OperationStatus.DestinationTooSmall, tokenizer.Decode([5, 6], new char[5], out var consumed, out var written));
        Assert.Equal((1, 4), (consumed, written));
    }

    [Fact]
    public void Constructor_AddedTokens_FollowTheVocabularyUnlessItHoldsThem()
    {
        var tokenizer = new WordPieceTokenizer(Vocabulary, ["[DEC]", "red", "[ENC]"]);

        Assert.Equal(Vocabulary.Length, tokenizer.IdOf("[DEC]"));
        Assert.Equal(Vocabulary.Length + 1, tokenizer.IdOf("[ENC]"));
        Assert.Equal(7, tokenizer.IdOf("red"));
        Assert.Equal(Vocabulary.Length + 2, tokenizer.VocabularySize);
        Assert.Null(tokenizer.IdOf("[dec]"));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n\na", "line 6 is empty")]
    [InlineData("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n[CLS]", "line 6 repeats the token '[CLS]' of line 3")]
    [InlineData("[PAD]\n[UNK]\n[CLS]\na", "lacks [SEP], [MASK]")]
    public void Load_BadVocabulary_SaysWhatIsWrong(string text, string expected)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));

        var error = Assert.Throws<InvalidDataException>(() => WordPieceTokenizer.Load(stream));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_File_NamesItInErrors()
    {
        using var folder = new TestSupport.TemporaryFolder();
        File.WriteAllText(folder["vocab.txt"], "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n[MASK]\r\na\r\n");
        File.WriteAllText(folder["bad.txt"], "a\na\n");

        Assert.Equal(6, WordPieceTokenizer.Load(folder["vocab.txt"]).VocabularySize);
        Assert.Contains("bad.txt", Assert.Throws<InvalidDataException>(() => WordPieceTokenizer.Load(folder["bad.txt"])).Message, StringComparison.Ordinal);
    }
}
