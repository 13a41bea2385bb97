namespace CoVR.Construction.Tests;

public sealed class ReviewQueueTests
{
    private static string Journal(MadeReview made) => made.Folder["work.review.jsonl"];

    [Fact]
    public async Task OpenAsync_FinishedWorkFile_ListsTheTestSplitWithThreeTexts()
    {
        using var made = await MadeReview.CreateAsync();

        using var queue = await made.OpenAsync();

        Assert.Equal(made.Exported("test.csv").Length - 1, queue.Triplets.Count);
        Assert.All(queue.Triplets, triplet =>
        {
            Assert.Equal("test", triplet.Split);
            Assert.Equal(3, triplet.Candidates.Distinct().Count());
            Assert.Equal(triplet.Text, triplet.Candidates[0]);
            Assert.NotEqual(triplet.Reference.Caption, triplet.Target.Caption);
        });
    }

    [Fact]
    public async Task OpenAsync_AfterAnotherRun_KnowsTheSameTripletsInTheSameOrder()
    {
        using var made = await MadeReview.CreateAsync();
        string[] before;
        using (var queue = await made.OpenAsync())
        {
            before = [.. queue.Triplets.Select(triplet => triplet.Id)];
        }

        File.Delete(made.Options.WorkFile);
        await made.RunAsync();

        using var again = await made.OpenAsync();
        Assert.Equal(before, again.Triplets.Select(triplet => triplet.Id));
    }

    [Theory]
    [InlineData("missing.duckdb", "test", "does not exist")]
    [InlineData("work.duckdb", "validation", "no triplet of the split 'validation'")]
    public async Task OpenAsync_NothingToReview_SaysWhy(string file, string split, string reason)
    {
        using var made = await MadeReview.CreateAsync();

        var error = await Assert.ThrowsAsync<ConstructionException>(() => ReviewQueue.OpenAsync(made.Folder[file], split, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_WhileAnotherReviewRuns_SaysSo()
    {
        using var made = await MadeReview.CreateAsync();
        using var queue = await made.OpenAsync();

        var error = await Assert.ThrowsAsync<ConstructionException>(() => made.OpenAsync());

        Assert.Contains("another review", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decide_OpenedAgain_RemembersEveryReviewersLastDecision()
    {
        using var made = await MadeReview.CreateAsync();
        string id;
        using (var queue = await made.OpenAsync())
        {
            id = queue.Triplets[0].Id;
            queue.Decide(new ReviewDecision(id, "Anna", ReviewVerdict.Discard));
            queue.Decide(new ReviewDecision(id, "Anna", ReviewVerdict.Keep) { Text = "  make\nit  blue ", IsFlagged = true });
            queue.Decide(new ReviewDecision(id, "Ben", ReviewVerdict.Discard));
        }

        using var again = await made.OpenAsync();

        var anna = again.Find(id, "Anna")!;
        Assert.Equal((ReviewVerdict.Keep, "make it blue", true), (anna.Verdict, anna.Text, anna.IsFlagged));
        Assert.Equal(ReviewVerdict.Discard, again.Find(id, "Ben")!.Verdict);
        Assert.Equal(2, again.GetDecisions().Count);
    }

    [Fact]
    public async Task Decide_TornLastLine_LosesNothingBeforeIt()
    {
        using var made = await MadeReview.CreateAsync();
        string[] ids;
        using (var queue = await made.OpenAsync())
        {
            ids = [.. queue.Triplets.Select(triplet => triplet.Id)];
            queue.Decide(new ReviewDecision(ids[0], "Anna", ReviewVerdict.Discard));
        }

        await File.AppendAllTextAsync(Journal(made), "{\"reviewer\":\"Anna\",\"tripl", TestContext.Current.CancellationToken);
        using (var queue = await made.OpenAsync())
        {
            queue.Decide(new ReviewDecision(ids[1], "Anna", ReviewVerdict.Discard));
        }

        using var again = await made.OpenAsync();
        Assert.Equal(ids[..2].Order(), again.GetDecisions().Select(decision => decision.Triplet).Order());
    }

    [Fact]
    public async Task OpenAsync_DamagedLine_NamesIt()
    {
        using var made = await MadeReview.CreateAsync();
        await File.WriteAllTextAsync(Journal(made), "\n{\"reviewer\":\"Anna\"}\n", TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<ConstructionException>(() => made.OpenAsync());

        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_SeveralTimes_GoesBackThroughOnesOwnDecisionsOnly()
    {
        using var made = await MadeReview.CreateAsync();
        using var queue = await made.OpenAsync();
        var (one, other) = (queue.Triplets[0].Id, queue.Triplets[1].Id);
        queue.Decide(new ReviewDecision(one, "Anna", ReviewVerdict.Keep) { Text = "first" });
        queue.Decide(new ReviewDecision(other, "Anna", ReviewVerdict.Discard));
        queue.Decide(new ReviewDecision(one, "Anna", ReviewVerdict.Discard));
        queue.Decide(new ReviewDecision(one, "Ben", ReviewVerdict.Discard));

        Assert.Equal(one, queue.Undo("Anna")!.Triplet);
        Assert.Equal("first", queue.Find(one, "Anna")!.Text);
        Assert.Equal(other, queue.Undo("Anna")!.Triplet);
        Assert.Null(queue.Find(other, "Anna"));
        Assert.Equal("first", queue.Undo("Anna")!.Text);
        Assert.Null(queue.Undo("Anna"));
        Assert.Equal(ReviewVerdict.Discard, queue.Find(one, "Ben")!.Verdict);
    }

    [Theory]
    [InlineData("Anna", ReviewVerdict.Keep, null)]
    [InlineData("Anna", ReviewVerdict.Keep, " \n ")]
    [InlineData("Anna", ReviewVerdict.Discard, "a text")]
    [InlineData("", ReviewVerdict.Discard, null)]
    [InlineData("Anna|Ben", ReviewVerdict.Discard, null)]
    [InlineData("Anna\n", ReviewVerdict.Discard, null)]
    public async Task Decide_WhatIsNotAllowed_IsRefusedAndNotWritten(string reviewer, ReviewVerdict verdict, string? text)
    {
        using var made = await MadeReview.CreateAsync();
        using var queue = await made.OpenAsync();

        Assert.Throws<ArgumentException>(() => queue.Decide(new ReviewDecision(queue.Triplets[0].Id, reviewer, verdict) { Text = text }));

        Assert.Equal(0, new FileInfo(Journal(made)).Length);
    }

    [Fact]
    public async Task Decide_UnknownTripletOrLongText_IsRefused()
    {
        using var made = await MadeReview.CreateAsync();
        using var queue = await made.OpenAsync();

        Assert.Throws<ArgumentException>(() => queue.Decide(new ReviewDecision("0000000000000000", "Anna", ReviewVerdict.Discard)));
        Assert.Throws<ArgumentException>(() => queue.Decide(new ReviewDecision(queue.Triplets[0].Id, "Anna", ReviewVerdict.Keep) { Text = new string('x', ReviewDecision.MaxLength + 1) }));
        Assert.Empty(queue.GetDecisions());
    }

    [Fact]
    public async Task Decide_FromManyThreads_KeepsEveryDecision()
    {
        using var made = await MadeReview.CreateAsync();
        using (var queue = await made.OpenAsync())
        {
            Parallel.For(0, 200, i => queue.Decide(new ReviewDecision(queue.Triplets[i % queue.Triplets.Count].Id, $"reviewer {i / queue.Triplets.Count}", ReviewVerdict.Discard)));
        }

        using var again = await made.OpenAsync();
        Assert.Equal(200, again.GetDecisions().Count);
        Assert.Equal(200, File.ReadLines(Journal(made)).Count());
    }

    [Fact]
    public async Task Compare_TwoReviewers_GivesKappaOfVerdictsAndTexts()
    {
        using var made = await MadeReview.CreateAsync();
        using var queue = await made.OpenAsync();
        foreach (var (place, (anna, ben)) in new[] { (0, 0), (1, 1), (0, 1), (-1, -1), (-1, 2), (9, 9) }.Index())
        {
            Decide("Anna", place, anna);
            Decide("Ben", place, ben);
        }

        Decide("Anna", 6, 0);

        var agreement = Assert.Single(queue.Compare());

        // Keep or discard: 4 and 1 alike, of 6; by chance (4 * 5 + 2 * 1) / 36. Texts: 0 0, 1 1, own own alike, 0 1 not.
        Assert.Equal((6, 5), (agreement.Verdicts.Compared, agreement.Verdicts.Agreed));
        Assert.Equal(((5 / 6.0) - (22 / 36.0)) / (1 - (22 / 36.0)), agreement.Verdicts.Kappa!.Value, 12);
        Assert.Equal((4, 3), (agreement.Texts.Compared, agreement.Texts.Agreed));
        Assert.Equal((0.75 - (5 / 16.0)) / (1 - (5 / 16.0)), agreement.Texts.Kappa!.Value, 12);

        void Decide(string reviewer, int at, int text)
        {
            var triplet = queue.Triplets[at];
            queue.Decide(text < 0
                ? new ReviewDecision(triplet.Id, reviewer, ReviewVerdict.Discard)
                : new ReviewDecision(triplet.Id, reviewer, ReviewVerdict.Keep) { Text = text < triplet.Candidates.Count ? triplet.Candidates[text] : "a text of our own" });
        }
    }
}
