// A scene's first link: everything gets the identity that it had when this very file was linked before and never saved,
// and what is given now is noted outside the scene before the hub hears of it (Library/VibeSync/links).
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using UnityEngine;
using UnityEngine.SceneManagement;
using VibeSync.Core;

namespace VibeSync.Editor
{
    /// <summary>Reads and writes the note of the active scene.</summary>
    public static class FirstLink
    {
        private const string k_Folder = "Library/VibeSync/links";

        /// <summary>Before anything is identified. The document gets its former UUID, objects theirs.</summary>
        public static void Recall(SyncDocument document, LiveScene scene)
        {
            string mark = SceneMarkOrNull();
            LinkNote note = mark == null ? null : LinkNote.ReadOrNull(NotePath(), mark, document.project);
            if (note == null) return;
            document.uuid = note.Document;
            document.passive = note.Passive;
            scene.Passive.Load(note.Passive);
            List<GameObject> targets = scene.Registry.Everything();
            string[] owners = SceneFileIds.Of(targets.ToArray());
            for (int index = 0; index < owners.Length; index++)
            {
                KeyValuePair<string, string> ids;
                if (targets[index].GetComponent<SyncId>() != null) continue;
                if (!note.Objects.TryGetValue(owners[index], out ids)) continue;
                SyncId id = IdentityRegistry.IdOf(targets[index]);
                id.uuid = ids.Key;
                id.dataUuid = ids.Value;
            }
        }

        /// <summary>Identifies everything and keeps the note, where the scene has a file to come back from.</summary>
        public static void Keep(SyncDocument document, LiveScene scene)
        {
            scene.Identify();
            string mark = SceneMarkOrNull();
            if (mark == null) return;
            var note = new LinkNote
            {
                Document = document.uuid, Project = document.project, File = mark, Passive = scene.Passive.ToJson(),
            };
            List<GameObject> targets = scene.Registry.Everything();
            string[] owners = SceneFileIds.Of(targets.ToArray());
            for (int index = 0; index < owners.Length; index++)
            {
                SyncId id = IdentityRegistry.IdOf(targets[index]);
                if (owners[index].Length > 0)
                    note.Objects[owners[index]] = new KeyValuePair<string, string>(id.uuid, id.dataUuid);
            }
            note.Write(NotePath());
        }

        private static string SceneMarkOrNull()
        {
            string path = SceneManager.GetActiveScene().path;
            return path.Length == 0 ? null : LinkNote.MarkOrNull(Path.Combine(DocumentStore.ProjectFolder, path));
        }

        private static string NotePath()
        {
            using (SHA256 hash = SHA256.Create())
            {
                byte[] digest = hash.ComputeHash(Encoding.UTF8.GetBytes(SceneManager.GetActiveScene().path));
                var name = new StringBuilder();
                for (int index = 0; index < 8; index++) name.Append(digest[index].ToString("x2"));
                return Path.Combine(DocumentStore.ProjectFolder, Path.Combine(k_Folder, name + ".json"));
            }
        }
    }
}
