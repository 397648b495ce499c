// What was agreed when the scene was last saved, next to the project (ProjectSettings/VibeSync/<scene>.json).
//
// After a restart it tells work that was saved from work that was not: a live value equal to the sidecar's keeps its
// old stamp, so whatever the hub accepted later (and a crash took from the scene) wins and comes back; a different
// value was made while nobody looked, and gets a new stamp. Two generations are kept, each with the id of the save that
// the scene carries too: a crash between writing the sidecar and writing the scene leaves a matching pair. No match ->
// no base -> the hub knows better.
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace VibeSync.Core
{
    /// <summary>Reads and writes the sidecar of one scene.</summary>
    public sealed class Sidecar
    {
        private const int k_Version = 1;
        private const int k_GenerationsMax = 2;

        private readonly string m_Path;

        public Sidecar(string path)
        {
            m_Path = path;
        }

        /// <summary>Adds the generation of a save that is about to happen, and keeps the one before.</summary>
        public void Write(string saveId, ShadowScene shadow)
        {
            var generations = new JsonArray();
            JsonObject current = ShadowJson.Write(shadow);
            current.Add("save", saveId);
            generations.Add(current);
            foreach (JsonObject generation in Generations())
            {
                if (generations.Count < k_GenerationsMax && generation.OrNull("save") as string != saveId)
                    generations.Add(generation);
            }
            DurableFile.Write(m_Path, JsonWriter.Write(new JsonObject
            {
                { "version", k_Version }, { "generations", generations },
            }));
        }

        /// <summary>Fills the shadow from the generation of this save; false when there is none.</summary>
        public bool TryRead(string saveId, ShadowScene shadow, StampClock clock)
        {
            foreach (JsonObject generation in Generations())
            {
                if (generation.OrNull("save") as string == saveId) return ShadowJson.TryRead(generation, shadow, clock);
            }
            return false;
        }

        private List<JsonObject> Generations()
        {
            var found = new List<JsonObject>();
            var root = DurableFile.ReadJsonOrNull(m_Path) as JsonObject;
            var generations = root.OrNull("generations") as JsonArray;
            if (generations == null || root.Long("version", 0) != k_Version) return found;
            foreach (object generation in generations)
            {
                if (generation is JsonObject) found.Add((JsonObject)generation);
            }
            return found;
        }
    }

    /// <summary>Files that are either the old or the new text, whatever happens meanwhile.</summary>
    public static class DurableFile
    {
        public static void Write(string path, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path));
            string fresh = path + ".new";
            using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write))
            {
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                file.Write(bytes, 0, bytes.Length);
                file.Flush(true);
            }
            if (File.Exists(path)) File.Replace(fresh, path, null);
            else File.Move(fresh, path);
        }

        /// <summary>The file's JSON value; null when there is no such file or it is not JSON.</summary>
        public static object ReadJsonOrNull(string path)
        {
            try
            {
                object value;
                string error;
                if (!File.Exists(path)) return null;
                return JsonReader.TryRead(File.ReadAllText(path), out value, out error) ? value : null;
            }
            catch (Exception exception)
            {
                // Not readable counts as not there: the scene and the hub still know everything that matters.
                if (exception is IOException || exception is UnauthorizedAccessException) return null;
                throw;
            }
        }
    }
}
