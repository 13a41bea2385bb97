#!/usr/bin/env bash
# Embeds a folder of videos by an array of Slurm jobs, which all write into one gallery of PostgreSQL:
#
#   sbatch --array=0-15 samples/workers/slurm.sh 16 /shared/clips clips --model blip-large
#
# The arguments: the number of shards, the folder, the gallery, then whatever else 'covr embed videos' takes. Each job embeds the videos of its
# shard that the gallery lacks. A job that was killed is given again as it was (here by --requeue); for some shards alone, --array=3,7 with the same 16.
#
# Needed: 'covr' on the path of every node (dotnet tool install --global CoVR.Cli), ffmpeg, a folder that every node sees, and
#   COVR_DATABASE  the server, without a password: Host=db.example.org;Database=media;Username=covr
#   ~/.pgpass      its password (db.example.org:5432:media:covr:…), mode 0600
#
#SBATCH --job-name=covr-embed
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

[ $# -ge 3 ] || { echo "usage: sbatch --array=0-N slurm.sh SHARDS FOLDER GALLERY [OPTIONS]" >&2; exit 2; }
shards=$1 folder=$2 gallery=$3
shift 3

# exec: the signal that Slurm sends before the end of the time reaches covr itself.
exec covr embed videos --video_dir "$folder" --postgres "$gallery" \
  --num_shards "$shards" --shard_id "${SLURM_ARRAY_TASK_ID:?submit it as an array: sbatch --array=0-$((shards - 1))}" \
  --num_workers "${SLURM_CPUS_PER_TASK:-1}" "$@"
