namespace CoVR.Construction.Tests.Stages;

public sealed class ReviewedExportTests
{
    [Fact]
    public async Task RunAsync_AfterAReview_LeavesOutWhatWasDiscardedAndWritesTheChosenTexts()
    {
        using var made = await MadeReview.CreateAsync();
        var before = made.Exported("test.csv").Length;
        ConstructedTriplet dropped, chosen, own;
        using (var queue = await made.OpenAsync())
        {
            (dropped, chosen, own) = (queue.Triplets[0], queue.Triplets[1], queue.Triplets[2]);
            queue.Decide(new ReviewDecision(dropped.Id, "Anna", ReviewVerdict.Discard));
            queue.Decide(new ReviewDecision(chosen.Id, "Anna", ReviewVerdict.Keep) { Text = chosen.Candidates[2] });
            queue.Decide(new ReviewDecision(own.Id, "Ben", ReviewVerdict.Keep) { Text = "what | Ben wrote" });
        }

        var reports = await made.RunAsync();

        Assert.Equal([ConstructionStage.Export], reports.Where(report => report.Ran).Select(report => report.Stage));
        Assert.Equal(new DroppedRows("discarded in review", 1, []).Count, reports[^1].Dropped.Single(drop => drop.Reason == "discarded in review").Count);
        var rows = made.Exported("test.csv");
        Assert.Equal(before - 1, rows.Length);
        Assert.DoesNotContain(rows, row => Of(row, dropped));
        Assert.Contains(chosen.Candidates[2], rows.Single(row => Of(row, chosen)), StringComparison.Ordinal);
        Assert.Contains("what | Ben wrote", rows.Single(row => Of(row, own)), StringComparison.Ordinal);
        Assert.Contains("what | Ben wrote", await File.ReadAllTextAsync(made.Folder["dataset", "cap.rc2.test1.json"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var card = await File.ReadAllTextAsync(made.Folder["dataset", "README.md"], TestContext.Current.CancellationToken);
        Assert.Contains($"judged 3 triplets and discarded 1, which are not in the files; 2 have another text", card, StringComparison.Ordinal);
        Assert.Contains($"| Anna | 1 | 1 | {DateTime.UtcNow:yyyy-MM-dd} |", card, StringComparison.Ordinal);

        static bool Of(string row, ConstructedTriplet triplet) =>
            row.StartsWith($"{triplet.Reference.Caption},{triplet.Target.Caption},", StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_UnchangedJournal_IsNotRunAgain()
    {
        using var made = await MadeReview.CreateAsync();
        using (var queue = await made.OpenAsync())
        {
            queue.Decide(new ReviewDecision(queue.Triplets[0].Id, "Anna", ReviewVerdict.Discard));
        }

        await made.RunAsync();

        Assert.All(await made.RunAsync(), report => Assert.False(report.Ran));
    }

    [Fact]
    public async Task RunAsync_WhileTheReviewRuns_UsesWhatWasDecidedSoFar()
    {
        using var made = await MadeReview.CreateAsync();
        using var queue = await made.OpenAsync();
        var before = made.Exported("test.csv").Length;
        queue.Decide(new ReviewDecision(queue.Triplets[0].Id, "Anna", ReviewVerdict.Discard));

        await made.RunAsync();

        Assert.Equal(before - 1, made.Exported("test.csv").Length);
    }

    [Fact]
    public async Task RunAsync_DecisionsAboutOtherTriplets_AreCountedAndHarmless()
    {
        using var made = await MadeReview.CreateAsync();
        await File.WriteAllTextAsync(made.Folder["work.review.jsonl"], """
            {"reviewer":"Anna","time":"2026-01-02T00:00:00Z","triplet":"gone","verdict":"Discard"}

            """, TestContext.Current.CancellationToken);

        var reports = await made.RunAsync();

        Assert.Contains("1 reviewed triplets are no longer there", reports[^1].Notes);
        Assert.Empty(reports[^1].Dropped);
    }
}
