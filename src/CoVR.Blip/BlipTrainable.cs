namespace CoVR.Blip;

/// <summary>Which weights of a <see cref="BlipEncoder"/> are trained; the sets of the reference's variants.</summary>
public enum BlipTrainable
{
    /// <summary>
    /// Text encoder and its projection, and the visual encoder if that is asked for; the projection of targets is frozen,
    /// because targets are embedded beforehand (<c>blip_cir.py</c>). With <see cref="CoVR.Modeling.QueryFusion.Late"/>: the head of the fusion only.
    /// </summary>
    Composed,

    /// <summary>Text encoder without cross attention, and its projection (<c>blip_cir_text.py</c>).</summary>
    TextOnly,

    /// <summary>Visual encoder and its projection (<c>blip_cir_visual.py</c>).</summary>
    VisualOnly,

    /// <summary>Everything, for instance for a contrastive warm-up of pictures and captions.</summary>
    All,
}
