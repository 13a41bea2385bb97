using System.Text;
using CoVR.Cli.Commands.Download;
using CoVR.TestSupport.Downloads;

namespace CoVR.Cli.Tests.Commands.Download;

/// <summary>Small annotation files of every kind, and a server that has them.</summary>
internal static class MadeAnnotations
{
    /// <summary>The content of a file of the catalogue.</summary>
    public static string Of(AnnotationFile file) =>
        file.Format == AnnotationFormat.WebVidCoVR
            ? "txt1,txt2,pth1,pth2,edit\na red ball,a blue ball,001_050/1,001_050/2,make it blue\na dog,a cat,001_050/3,051_100/4,\"a cat, please\"\n"
        : file.Format == AnnotationFormat.CirrCaptions ? file.Name.Contains("test1", StringComparison.Ordinal)
            ? """[{"pairid": 3, "reference": "test1-1", "caption": "more dogs", "img_set": {"id": 1, "members": ["test1-1", "test1-2"]}}]"""
            : """[{"pairid": 3, "reference": "dev-1", "target_hard": "dev-2", "target_soft": {"dev-2": 1.0}, "caption": "more dogs", "img_set": {"id": 1, "members": ["dev-1", "dev-2"]}}]"""
        : file.Format == AnnotationFormat.CirrImages ? """{"dev-1": "./dev/dev-1.png", "dev-2": "./dev/dev-2.png"}"""
        : file.Format == AnnotationFormat.FashionIQCaptions ? file.Name.Contains("test", StringComparison.Ordinal)
            ? """[{"candidate": "B1", "captions": ["is red", "is long"]}]"""
            : $$"""[{"target": "{{Category(file)}}2", "candidate": "{{Category(file)}}1", "captions": ["is \u00e9l\u00e9gant", "has <b>&</b> 'more'"]}]"""
        : file.Format == AnnotationFormat.FashionIQImages ? $"""["{Category(file)}2", "{Category(file)}1"]"""
        : """[{"reference_img_id": 8, "target_img_id": 13, "relative_caption": "has two people", "shared_concept": "a ball", "gt_img_ids": [13, 21], "id": 0}]""";

    /// <summary>A server that has every file under its path; a change may lie about some.</summary>
    public static ScriptedServer Serve(Func<ScriptedRequest, AnnotationFile, ScriptedReply?>? change = null) => new(request =>
        AnnotationCatalog.All.FirstOrDefault(file => file.Uri is not null && request.Path == file.Path) is { } file
            ? change?.Invoke(request, file) ?? ScriptedReply.Honest(request, Encoding.UTF8.GetBytes(Of(file)))
            : ScriptedReply.Text(404, "no such file"));

    private static string Category(AnnotationFile file) => file.Name.Split('.')[1];
}
