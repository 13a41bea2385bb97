using CoVR.Reproduction.Configuration;
using CoVR.TestSupport;

namespace CoVR.Reproduction.Tests.Configuration;

/// <summary>Values of the command line, folders of the user, references and what is said about faults.</summary>
public sealed class OverrideTests
{
    private static readonly ConfigRuntime Runtime = new("/covr", name => name == "TOKEN" ? "secret" : null);

    [Theory]
    [InlineData("trainer.max_epochs=3", "trainer.max_epochs", "3")]
    [InlineData("model.optimizer.lr=1e-5", "model.optimizer.lr", "1e-05")]
    [InlineData("model.optimizer.lr=5e-6", "model.optimizer.lr", "5e-06")]
    [InlineData("val=false", "val", "false")]
    [InlineData("run_name=null", "run_name", "null")]
    [InlineData("run_name=", "run_name", "\"\"")]
    [InlineData("run_name='a, b'", "run_name", "\"a, b\"")]
    [InlineData("run_name=\"5\"", "run_name", "\"5\"")]
    [InlineData("run_name=two words", "run_name", "\"two words\"")]
    [InlineData("run_name=a\\,b", "run_name", "\"a,b\"")]
    [InlineData("run_name=x-${seed}", "run_name", "\"x-1234\"")]
    [InlineData("run_name=${oc.env:TOKEN}", "run_name", "\"secret\"")]
    [InlineData("run_name=${oc.env:NONE,other}", "run_name", "\"other\"")]
    [InlineData("seed=1_000", "seed", "1000")]
    [InlineData("seed=-.5", "seed", "-0.5")]
    [InlineData("run_name=0x10", "run_name", "\"0x10\"")]
    [InlineData("presets=[honest, 'corrected', 1, [x]]", "presets", "[\"honest\", \"corrected\", 1, [\"x\"]]")]
    [InlineData("data.annotation={train: a.csv, test: {x: 1}}", "data.annotation", "{\"train\": \"a.csv\", \"val\": \"/covr/annotation/webvid-covr/webvid8m-covr_val.csv\", \"test\": {\"x\": 1}}")]
    [InlineData("+model.extra.deep=yes", "model.extra.deep", "\"yes\"")]
    [InlineData("++trainer.max_epochs=7", "trainer.max_epochs", "7")]
    [InlineData("++trainer.more=7", "trainer.more", "7")]
    [InlineData("paths.datasets_dir=/data", "data.vid_dirs.train", "\"/data/WebVid/2M/train\"")]
    [InlineData("machine.paths.datasets_dir=/data", "data.vid_dirs.train", "\"/data/WebVid/2M/train\"")]
    [InlineData("run_name=int(3.7)", "run_name", "3")]
    [InlineData("run_name=int('10')", "run_name", "10")]
    [InlineData("run_name=int( true )", "run_name", "1")]
    [InlineData("run_name=int(1e20)", "run_name", "100000000000000000000")]
    [InlineData("run_name=float(3)", "run_name", "3.0")]
    [InlineData("run_name=float(\"1e-3\")", "run_name", "0.001")]
    [InlineData("run_name=str(10)", "run_name", "\"10\"")]
    [InlineData("run_name=str(1e6)", "run_name", "\"1000000.0\"")]
    [InlineData("run_name=str(true)", "run_name", "\"true\"")]
    [InlineData("run_name=str(null)", "run_name", "\"null\"")]
    [InlineData("run_name=bool(0.0)", "run_name", "false")]
    [InlineData("run_name=bool('True')", "run_name", "true")]
    [InlineData("run_name=str([1, 2.0, {a: false}])", "run_name", "[\"1\", \"2.0\", {\"a\": \"false\"}]")]
    [InlineData("run_name=[int(1.5), str(2)]", "run_name", "[1, \"2\"]")]
    [InlineData("run_name=str(int(2.9))", "run_name", "\"2\"")]
    [InlineData("run_name=a (1)", "run_name", "\"a (1)\"")]
    [InlineData("run_name=a\\(1\\)", "run_name", "\"a(1)\"")]
    [InlineData("run_name=1\\,5", "run_name", "\"1,5\"")]
    [InlineData("run_name=\\ a\\ ", "run_name", "\" a \"")]
    [InlineData("run_name=\\ 5", "run_name", "\" 5\"")]
    [InlineData("run_name=a\\\tb", "run_name", "\"a\\tb\"")]
    [InlineData("run_name=a\\\\b", "run_name", "\"a\\\\b\"")]
    [InlineData("run_name=a\\nb", "run_name", "\"a\\\\nb\"")]
    [InlineData("run_name='it\\'s'", "run_name", "\"it's\"")]
    [InlineData("run_name='C:\\dir'", "run_name", "\"C:\\\\dir\"")]
    [InlineData("run_name='a\\\\b'", "run_name", "\"a\\\\\\\\b\"")]
    [InlineData("run_name='a\\\\'", "run_name", "\"a\\\\\"")]
    [InlineData("run_name='a\\\\\\'b'", "run_name", "\"a\\\\'b\"")]
    [InlineData("hydra.run.dir=elsewhere", "trainer.default_root_dir", "\"/covr/elsewhere\"")]
    public void Compose_Value_IsSetAndTyped(string argument, string path, string expected) =>
        Assert.Equal(expected, ConfigJson.Line(Compose(argument).FindNode(path)!));

    [Fact]
    public void Compose_RemovedValue_IsGone() => Assert.Null(Compose("~data.n_embs").Find("data.n_embs"));

    [Theory]
    [InlineData("~model.optimizer.lr=1e-5")]
    [InlineData("~model.optimizer.lr=0.00001")]
    [InlineData("~model.optimizer.lr=float('1e-5')")]
    public void Compose_RemovedValueThatItIs_IsGone(string argument) => Assert.Null(Compose(argument).Find("model.optimizer.lr"));

    [Fact]
    public void Compose_RemovedGroupWithItsChoice_IsGone() => Assert.Null(Compose("~trainer/logger=csv", "trainer=cpu").FindNode("trainer.logger"));

    [Fact]
    public void Compose_RemovedGroup_IsGone() => Assert.Null(Compose("~trainer/logger", "trainer=cpu").FindNode("trainer.logger"));

    [Fact]
    public void Compose_PackagedChoice_ChangesThatPart()
    {
        var composed = Compose("data=cc-coir+webvid-covr", "data@data.dataset-2=webvid-covr_rule-based");

        Assert.Equal("cc-coir", composed.Text("data.dataset-1.dataname"));
        Assert.Equal("webvid-covr-rule-based", composed.Text("data.dataset-2.dataname"));
    }

    [Fact]
    public void Compose_LearningRate_NamesTheFolderAsPythonDoes() =>
        Assert.Equal("outputs/webvid-covr/blip-large/blip-l-coco/tv-True_loss-ce_lr-1.25e-05/base", Compose("model/loss=cross_entropy", "model.model.train_vit=true", "model.optimizer.lr=0.125e-4").Text("hydra.run.dir"));

    [Theory]
    [InlineData("dat=cirr", "command line: dat=cirr: there is no 'dat' to change, and no such group. Did you mean 'data'")]
    [InlineData("data=cir", "there is no choice 'cir' in the group 'data'. Did you mean 'cirr'")]
    [InlineData("model/ckpt=blip2-l-coc", "there is no choice 'blip2-l-coc' in the group 'model/ckpt'. Did you mean 'blip2-l-coco'")]
    [InlineData("model.optimiser.lr=1", "there is no 'model.optimiser.lr' to change. Did you mean 'model.optimizer.lr'")]
    [InlineData("batch_size=4", "Did you mean 'data.batch_size', 'machine.batch_size'")]
    [InlineData("+trainer.max_epochs=1", "'trainer.max_epochs' exists already; omit the +")]
    [InlineData("~data.nothing", "there is no 'data.nothing' to change")]
    [InlineData("~model.optimizer.lr=5", "'model.optimizer.lr' is 1e-05, not 5")]
    [InlineData("~model.optimizer.lr=null", "'model.optimizer.lr' is 1e-05, not null")]
    [InlineData("~model.optimizer.lr=", "'model.optimizer.lr' is 1e-05, not ")]
    [InlineData("~data.batch_size='16'", "not '16'")]
    [InlineData("~model.optimizer={lr: 1}", "'model.optimizer' is {")]
    [InlineData("~data=cirr", "the choice of 'data' is 'webvid-covr', not 'cirr'")]
    [InlineData("~data=", "the choice of 'data' is 'webvid-covr', not ''")]
    [InlineData("run_name=int(x)", "int(…) cannot be made from 'x'")]
    [InlineData("run_name=int('1.5')", "int(…) cannot be made from '1.5'")]
    [InlineData("run_name=int(nan)", "int(…) cannot be made from 'nan'")]
    [InlineData("run_name=float(null)", "float(…) cannot be made from 'null'")]
    [InlineData("run_name=bool('1')", "bool(…) cannot be made from '1'")]
    [InlineData("run_name=int(1", "')' is missing")]
    [InlineData("run_name=int(1, 2)", "takes one value")]
    [InlineData("run_name=int(1)2", "unexpected '2'")]
    [InlineData("seed=choice(1, 2)", "'choice(…)' is for sweeps. One run takes one value of each")]
    [InlineData("seed=range(1, 5)", "is for sweeps")]
    [InlineData("run_name=run(1)", "there is no function 'run(…)'; there are int, float, str, bool")]
    [InlineData("seed=1,2", "These are several values. One run takes one value of each")]
    [InlineData("data=cirr,fashioniq", "'cirr,fashioniq' is more than one choice of the group 'data'. One run takes one value of each")]
    [InlineData("-m", "Hydra's option '-m' is not supported. One run takes one value of each")]
    [InlineData("-c", "covr train --show-config prints the composed configuration")]
    [InlineData("hydra.job.chdir=False", "only hydra.run.dir, the run folder, and hydra.sweep.dir")]
    [InlineData("presets=[a", "',' or ']' is missing")]
    [InlineData("run_name='a", "the closing ' is missing")]
    [InlineData("cirr", "'cirr' is neither an option nor an override")]
    [InlineData("model/modl=x", "there is no 'model/modl' to change")]
    public void Compose_UnknownOrMalformed_SaysWhatWasProbablyMeant(string argument, string part) =>
        Assert.Contains(part, Assert.Throws<ConfigurationException>(() => Compose(argument)).Message, StringComparison.Ordinal);

    [Fact]
    public void Compose_GroupTwice_IsRefused() =>
        Assert.Contains("chosen twice", Assert.Throws<ConfigurationException>(() => Compose("data=cirr", "data=fashioniq")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("data=fashioniq-base", "data.dataname", "'data.category' must be set: data.category=…")]
    [InlineData("run_name=${nowhere}", "run_name", "'run_name' refers to 'nowhere', which does not exist.")]
    [InlineData("run_name=${experiment}${run_name}", "run_name", "'run_name' refers to itself")]
    [InlineData("run_name=${oc.env:NONE}", "run_name", "reads the environment variable NONE, which is not set")]
    [InlineData("run_name=${now:%Y}", "run_name", "supported are ${oc.env:NAME}")]
    [InlineData("run_name=a\0", "paths.output_dir", "holds a zero character")]
    public void Text_UnresolvableValue_SaysWhyAndWhere(string argument, string path, string part) =>
        Assert.Contains(part, Assert.Throws<ConfigurationException>(() => Compose(argument).Text(path)).Message, StringComparison.Ordinal);

    [Fact]
    public void Entries_OfValues_NameFileLineOrArgument()
    {
        var composed = Compose("experiment=fiq-all", "seed=5");

        Assert.Matches(@"^covr: configs/experiment/fiq-all\.yaml:\d+$", composed.Entries("machine.batch_size").Single().Origin.ToString());
        Assert.Equal("command line: seed=5", composed.Entries("seed").Single().Origin.ToString());
    }

    [Fact]
    public void Compose_FolderOfTheUser_AddsAndReplacesFileByFile()
    {
        using var folder = new TemporaryFolder();
        Write(folder["configs", "machine", "laptop.yaml"], "defaults:\n  - default@paths\nname: laptop\nbatch_size: 4\nnum_workers: 1\npaths:\n  datasets_dir: /mnt/data\n");
        Write(folder["configs", "model", "optimizer", "adamw.yaml"], "lr: 3e-4\nweight_decay: 0\n");
        Write(folder["more", "experiment", "mine.yaml"], "# @package _global_\ndefaults:\n  - override /data: cirr.yaml\nrun_name: mine\n");
        var library = new ConfigLibrary(ConfigLibrary.Folders(["more"], folder.FullName));

        var composed = new ConfigComposer(library, Runtime with { WorkingFolder = folder.FullName }).Compose("train", ["machine=laptop", "experiment=mine"]);

        Assert.Equal("/mnt/data/CIRR", composed.Text("data.dataset_dir"));
        Assert.Equal(0.0003, composed.Number("model.optimizer.lr"));
        Assert.Equal("mine", composed.Text("run_name"));
        Assert.StartsWith(folder["configs", "model", "optimizer", "adamw.yaml"], composed.Entries("model.optimizer.lr").Single().Origin.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_UnknownGroupOverriddenByAFile_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Write(folder["configs", "experiment", "mine.yaml"], "# @package _global_\ndefaults:\n  - override /modle: blip-large\n");
        var library = new ConfigLibrary(ConfigLibrary.Folders([], folder.FullName));

        var error = Assert.Throws<ConfigurationException>(() => new ConfigComposer(library, Runtime).Compose("train", ["experiment=mine"]));

        Assert.Contains("'modle'", error.Message, StringComparison.Ordinal);
        Assert.Contains("mine.yaml:3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_BrokenYaml_NamesFileAndLine()
    {
        using var folder = new TemporaryFolder();
        Write(folder["configs", "machine", "mine.yaml"], "name: x\n  batch_size: [1\n");
        var library = new ConfigLibrary(ConfigLibrary.Folders([], folder.FullName));

        var error = Assert.Throws<ConfigurationException>(() => new ConfigComposer(library, Runtime).Compose("train", ["machine=mine"]));

        Assert.Matches(@"mine\.yaml:\d: this is not valid YAML", error.Message);
    }

    [Fact]
    public void Folders_MissingFolder_IsRefused() =>
        Assert.Contains("does not exist", Assert.Throws<ConfigurationException>(() => ConfigLibrary.Folders(["nowhere"], "/covr")).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_SavedConfiguration_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        var composed = Compose("experiment2=covr", "run_name='5'", "+model.note=\"a: b # c\"", "presets=[honest]", "+trainer.logger.tags=[x]", "+odd=\" ' \\\" \"", $"hydra.run.dir='{folder["run"]}'");
        composed.Save();

        var loaded = new ConfigComposer(new ConfigLibrary(), Runtime).Load(ComposedConfiguration.SavedPath(folder["run"]), []);

        Assert.Equal(ConfigJson.Document(composed.Resolved()), ConfigJson.Document(loaded.Resolved()));
        Assert.Equal(composed.OutputFolder, loaded.OutputFolder);
    }

    [Theory]
    [InlineData(1e-05, "1e-05")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(1.0, "1.0")]
    [InlineData(-0.05, "-0.05")]
    [InlineData(123456.75, "123456.75")]
    [InlineData(1e16, "1e+16")]
    [InlineData(1.5e-7, "1.5e-07")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(0.0, "0.0")]
    [InlineData(double.PositiveInfinity, "inf")]
    public void Of_Number_IsWrittenAsPythonWritesIt(double value, string text) => Assert.Equal(text, PythonLiteral.Of(value));

    private static ComposedConfiguration Compose(params string[] arguments) => new ConfigComposer(new ConfigLibrary(), Runtime).Compose("train", arguments);

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
