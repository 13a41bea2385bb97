using CoVR.Datasets.Synthetic;

namespace CoVR.Datasets.Tests.Synthetic;

public sealed class WorldPlanTests
{
    private static readonly WorldPlan Plan = new(new SyntheticWorldOptions { TrainingItems = 4000, TrainingTriplets = 3000 });

    [Fact]
    public void Targets_OfValidationAndTest_AreNeverSeenInTraining()
    {
        var seen = Plan.Train.Items.Select(item => item.Scene).ToHashSet();
        var validation = Plan.Validation.Triplets.Select(triplet => triplet.Target.Scene).ToHashSet();
        var test = Plan.Test.Triplets.Select(triplet => triplet.Target.Scene).ToHashSet();

        Assert.Equal(400, test.Count);
        Assert.Equal(100, validation.Count);
        Assert.False(seen.Overlaps(test));
        Assert.False(seen.Overlaps(validation));
        Assert.False(validation.Overlaps(test));
    }

    [Fact]
    public void References_OfQueries_ShowSeenCombinations()
    {
        var seen = Plan.Train.Items.Select(item => item.Scene).ToHashSet();

        Assert.All(Plan.Test.Triplets, triplet => Assert.Contains(triplet.Reference.Scene, seen));
    }

    [Fact]
    public void Gallery_HasEachCombinationOnceAndIsLarge()
    {
        Assert.True(Plan.Test.Items.Count >= 500);
        Assert.Equal(Plan.Test.Items.Count, Plan.Test.Items.Select(item => item.Scene).Distinct().Count());
    }

    [Fact]
    public void Gallery_ForEveryQuery_HoldsTheReferenceAndTheRightEditOnTheWrongObject()
    {
        var gallery = Plan.Test.Items.Select(item => item.Scene).ToHashSet();
        foreach (var triplet in Plan.Test.Triplets)
        {
            var (reference, target) = (triplet.Reference.Scene, triplet.Target.Scene);
            var edited = target.DifferencesFrom(reference);
            var wrongObjects = Scene.Attributes.Except(edited)
                .SelectMany(attribute => Enumerable.Range(0, Scene.CountOf(attribute)).Select(value => target.With(attribute, value)))
                .Where(scene => scene != target && gallery.Contains(scene));

            Assert.Contains(reference, gallery);
            Assert.NotEmpty(wrongObjects);
        }
    }

    [Fact]
    public void Edits_ChangeOneOrTwoAttributes_HalfEach()
    {
        var changes = Plan.Train.Triplets.Select(triplet => triplet.Target.Scene.DifferencesFrom(triplet.Reference.Scene).Count).ToArray();

        Assert.All(changes, count => Assert.InRange(count, 1, 2));
        Assert.InRange(changes.Average(), 1.45, 1.55);
    }

    [Fact]
    public void Clips_OfTheGallery_AreTargetsReferencesAndOthers()
    {
        var clips = Plan.Test.Items.Where(item => item.IsClip).ToHashSet();

        Assert.Equal(60, clips.Count);
        Assert.Equal(30, Plan.Test.Triplets.Count(triplet => clips.Contains(triplet.Target)));
        Assert.Contains(Plan.Test.Triplets, triplet => clips.Contains(triplet.Reference));
    }

    [Fact]
    public void Plan_SameSeed_IsTheSameWorld()
    {
        var again = new WorldPlan(new SyntheticWorldOptions { TrainingItems = 4000, TrainingTriplets = 3000 });
        var other = new WorldPlan(new SyntheticWorldOptions { TrainingItems = 4000, TrainingTriplets = 3000, Seed = 2 });

        Assert.Equal(Plan.Test.Triplets, again.Test.Triplets);
        Assert.NotEqual(Plan.Test.Triplets[0], other.Test.Triplets[0]);
    }

    [Fact]
    public void Captions_ForAScene_NameEveryAttribute()
    {
        var random = new Random(1);
        var scene = new Scene(SceneShape.Ring, SceneColour.Pink, SceneSize.Large, SceneBackground.Grass, ScenePosition.Top);
        for (var i = 0; i < 20; i++)
        {
            var caption = SceneLanguage.Caption(scene, random);
            Assert.All(["ring", "pink", "large", "on grass", "at the top"], word => Assert.Contains(word, caption, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Edits_NameWhatChangesAndNothingElse()
    {
        var random = new Random(1);
        var reference = new Scene(SceneShape.Ring, SceneColour.Pink, SceneSize.Large, SceneBackground.Grass, ScenePosition.Top);
        var target = reference with { Colour = SceneColour.Blue, Position = ScenePosition.Left };
        for (var i = 0; i < 50; i++)
        {
            var edit = SceneLanguage.Edit(reference, target, random);
            Assert.Contains("blue", edit, StringComparison.Ordinal);
            Assert.Contains("on the left", edit, StringComparison.Ordinal);
            Assert.All(["ring", "pink", "large", "grass", "top"], word => Assert.DoesNotContain(word, edit, StringComparison.Ordinal));
        }
    }
}
