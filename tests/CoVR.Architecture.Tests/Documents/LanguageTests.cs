using System.Text.RegularExpressions;

namespace CoVR.Architecture.Tests.Documents;

/// <summary>Phrases that native engineers do not write, in documents, comments and messages. The plain way is beside each.</summary>
public sealed class LanguageTests
{
    private static readonly (string Phrase, string Instead)[] Phrases =
    [
        (@"\bTells (that|what|the|every|whether|how|if)\b", "Reports, Describes, Detects"),
        (@"\bHears\b", "Receives, Listens to"),
        (@"\b(is|are) told\b", "receives, is given"),
        (@"\bnobody\b", "say what happens: not read, no listener, null"),
        (@"\bsomebody\b", "a user, a caller"),
        (@"\bcomes? out\b", "the result is"),
        (@"\b(sent|thrown) away\b", "discarded, deleted, stopped"),
        (@"\bsuch (that|as) are\b", "those that"),
        (@"(?<![Tt]here )\b(is|are) no (text|number|picture|video|file)s?\b", "is not a …"),
        (@"\bknows? nothing of\b", "is independent of"),
        (@"\b(CalmBranches|WeightsPortrait|PickleWorld|TaughtCommand|RunRanks|RoomCheck|OutcomeTally|RunNotes|DataClock|FailureMemory)\b", "the standard term"),
        (@"\bat last\b", "finally"),
        (@"\bhanded in\b", "passed"),
        (@"\bwhereupon|thereof|wherein|hitherto\b", "a plain word"),
    ];

    public static TheoryData<string> Folders => ["documents", "src", "samples", "templates", "build"];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Texts_OfAFolder_AreInPlainEnglish(string folder)
    {
        var files = folder switch
        {
            "documents" => DocumentFiles.All.Where(page => !page.StartsWith("docs/decisions/", StringComparison.Ordinal)),
            "build" => ["build.sh", "build.ps1", .. DocumentFiles.In("eng", "*.targets")],
            _ => DocumentFiles.In(folder, "*.cs"),
        };

        Assert.Empty(files.SelectMany(Findings));
    }

    [Fact]
    public void Findings_OfAPhrase_NameLineAndRemedy() =>
        Assert.Equal(["a.md:2: 'is told'; better: receives, is given"], FindingsIn("a.md", "A logger\nis told of steps."));

    private static IEnumerable<string> Findings(string path) => FindingsIn(path, DocumentFiles.Read(path));

    private static IEnumerable<string> FindingsIn(string path, string text) => Phrases
        .SelectMany(phrase => Regex.Matches(text, phrase.Phrase).Select(match => $"{path}:{text.AsSpan(0, match.Index).Count('\n') + 1}: '{match.Value}'; better: {phrase.Instead}"));
}
