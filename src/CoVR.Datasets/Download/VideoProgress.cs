namespace CoVR.Datasets.Download;

/// <summary>How far a download of videos is.</summary>
/// <param name="Done">Videos that are finished, those that are missing included.</param>
/// <param name="Total">Videos of this shard; null when the list is read as it goes.</param>
/// <param name="Missing">Videos that are not there.</param>
/// <param name="Bytes">Bytes of the videos that were downloaded in this run.</param>
/// <param name="Elapsed">Time since the job started.</param>
public sealed record VideoProgress(long Done, long? Total, long Missing, long Bytes, TimeSpan Elapsed);
