// The editor's scene as the core sees it: entities by UUID with canonical values. The Editor assembly implements it;
// every call is made on the editor's main thread, and no handle of the editor's crosses it.
using System.Collections.Generic;

namespace VibeSync.Core
{
    /// <summary>One entity as the editor has it now.</summary>
    public sealed class LiveEntity
    {
        public string Uuid;
        public string Kind;
        /// <summary>Every value the editor has, also those that do not matter for the object's type.</summary>
        public FieldMap Fields = new FieldMap();
        /// <summary>The entity that the user duplicated, if it is a copy.</summary>
        public string CopiedFromOrNull;
    }

    /// <summary>Reads and writes the live scene.</summary>
    public interface ILiveScene
    {
        /// <summary>Gives identities to newcomers and copies. [WIRE-21]</summary>
        void Identify();

        /// <summary>Every living entity, as of the last Identify.</summary>
        List<string> Uuids();

        /// <summary>
        /// Reads an entity from the scene itself; null when it is not there, or has become another one (see the next
        /// Identify). </summary>
        LiveEntity ReadOrNull(string uuid);

        bool Exists(string uuid);

        /// <summary>Creates an entity, without an undo step. An error code, or null.</summary>
        string CreateOrError(string uuid, string kind, FieldMap fields);

        /// <summary>Writes values, without an undo step. An error code, or null.</summary>
        string WriteOrError(string uuid, FieldMap fields);

        /// <summary>
        /// Deletes an entity, without an undo step. Children for which <paramref name="isGoing"/> is false move to its
        /// parent and keep their place in the world. An error code, or null. </summary>
        string DeleteOrError(string uuid, System.Predicate<string> isGoing);

        /// <summary>Gives the entity another identity and returns it.</summary>
        string Reidentify(string uuid);

        /// <summary>Whether the user holds it right now, or something below it if asked. [WIRE-24]</summary>
        bool IsHeld(string uuid, bool withDescendants);
    }
}
