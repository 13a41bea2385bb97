namespace CoVR.Datasets.Download;

/// <summary>What an annotation file must hold.</summary>
public enum AnnotationContent
{
    /// <summary>A CSV table with <c>pth1</c>, <c>pth2</c> and <c>edit</c>: WebVid-CoVR, CC-CoIR.</summary>
    WebVidCoVRTable,

    /// <summary>A JSON list of CIRR's queries.</summary>
    CirrCaptions,

    /// <summary>A JSON object with the names of CIRR's pictures and their paths.</summary>
    CirrImages,

    /// <summary>A JSON list of FashionIQ's queries.</summary>
    FashionIQCaptions,

    /// <summary>A JSON list of names of FashionIQ's pictures.</summary>
    FashionIQImages,

    /// <summary>A JSON list of CIRCO's queries.</summary>
    CircoQueries,
}
