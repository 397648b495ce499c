// The note of a scene that was linked and not saved since: who is who in the scene file as it is on disk (phase 1.8).
//
// Identities are written into the open scene at once, but reach its file only with the next save. If Unity dies before
// that, the file knows nothing of them, and everything in it would come to the hub a second time, as somebody else. The
// note counts for the very file it was written for, told by size and time, and for the project that gave the
// identities; a save makes it void by itself.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace VibeSync.Core
{
    /// <summary>What is known of one scene file that carries no identities yet.</summary>
    public sealed class LinkNote
    {
        private const int k_Version = 1;

        public string Document;
        public string Project;
        /// <summary>Which writing of the scene file it is about; see <see cref="MarkOrNull"/>.</summary>
        public string File;
        /// <summary>Entities without an object of their own, as the scene's document keeps them.</summary>
        public string Passive;
        /// <summary>The object's id inside the scene file -> its UUID and that of its mesh.</summary>
        public readonly Dictionary<string, KeyValuePair<string, string>> Objects =
            new Dictionary<string, KeyValuePair<string, string>>(StringComparer.Ordinal);

        /// <summary>Tells one writing of a file from another; null when there is no such file.</summary>
        public static string MarkOrNull(string scenePath)
        {
            var file = new FileInfo(scenePath);
            if (!file.Exists) return null;
            return file.Length.ToString(CultureInfo.InvariantCulture) + " "
                + file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture);
        }

        public void Write(string path)
        {
            var objects = new JsonObject();
            foreach (KeyValuePair<string, KeyValuePair<string, string>> one in Objects)
                objects.Add(one.Key, new JsonArray { one.Value.Key, one.Value.Value });
            DurableFile.Write(path, JsonWriter.Write(new JsonObject
            {
                { "version", k_Version }, { "document", Document }, { "project", Project }, { "file", File },
                { "passive", Passive }, { "objects", objects },
            }));
        }

        /// <summary>The note that counts for this file and project; null when there is none.</summary>
        public static LinkNote ReadOrNull(string path, string fileMark, string project)
        {
            var root = DurableFile.ReadJsonOrNull(path) as JsonObject;
            if (root == null || root.Long("version", 0) != k_Version) return null;
            var note = new LinkNote
            {
                Document = root.OrNull("document") as string, Project = root.OrNull("project") as string,
                File = root.OrNull("file") as string, Passive = root.OrNull("passive") as string,
            };
            var objects = root.OrNull("objects") as JsonObject;
            bool isWhole = objects != null && note.Passive != null && Uuids.IsUuid(note.Document);
            if (!isWhole || note.File != fileMark || note.Project != project) return null;
            foreach (KeyValuePair<string, object> one in objects)
            {
                var ids = one.Value as JsonArray;
                if (ids == null || ids.Count != 2 || !Uuids.IsUuid(ids[0] as string)) return null;
                note.Objects[one.Key] = new KeyValuePair<string, string>((string)ids[0], ids[1] as string ?? "");
            }
            return note;
        }
    }
}
