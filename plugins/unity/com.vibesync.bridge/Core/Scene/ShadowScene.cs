// What this editor and the hub last agreed on, and what the user did since: one cell per entity and field, with the
// stamp of the write and who made it. [WIRE-9] A write counts only when its stamp is above the cell's own.
//
// The shadow is the echo filter (a live value equal to its cell is no edit), the base of the diff, and the memory that
// undo reconciliation needs ("who wrote this last"). It never holds anything of the editor's: values only.
using System;
using System.Collections.Generic;

namespace VibeSync.Core
{
    /// <summary>One register.</summary>
    public sealed class Cell
    {
        public object Value;
        public long Stamp;
        /// <summary>The last writer was the hub, not this editor's user.</summary>
        public bool IsRemote;
    }

    /// <summary>One entity's registers.</summary>
    public sealed class ShadowEntity
    {
        public readonly string Uuid;
        public readonly string Kind;
        public readonly Dictionary<string, Cell> Cells = new Dictionary<string, Cell>(StringComparer.Ordinal);
        /// <summary>Stamp of the creation, or of the last one after a deletion.</summary>
        public long LifeStamp;
        public bool IsRemoteMade;

        public ShadowEntity(string uuid, string kind)
        {
            Uuid = uuid;
            Kind = kind;
        }

        /// <summary>The agreed value; null when there is none.</summary>
        public object ValueOrNull(string field)
        {
            Cell cell;
            return Cells.TryGetValue(field, out cell) ? cell.Value : null;
        }

        public void Put(string field, Cell cell)
        {
            Cells[field] = cell;
        }

        public FieldMap Values()
        {
            var map = new FieldMap();
            foreach (KeyValuePair<string, Cell> pair in Cells) map.Add(pair.Key, pair.Value.Value);
            return map;
        }
    }

    /// <summary>A deleted entity's mark.</summary>
    public sealed class Tombstone
    {
        public long Stamp;
        public bool IsRemote;
    }

    /// <summary>Who started an entity's life, and when.</summary>
    public struct Birth
    {
        public long Stamp;
        public bool IsRemote;
    }

    /// <summary>All entities' registers, and the tombstones.</summary>
    public sealed class ShadowScene
    {
        /// <summary>Tombstones kept; beyond it the oldest go, as the hub's own horizon is shorter.</summary>
        private const int k_TombstonesMax = 20000;

        private readonly Dictionary<string, ShadowEntity> m_Entities =
            new Dictionary<string, ShadowEntity>(StringComparer.Ordinal);
        private readonly Dictionary<string, Tombstone> m_Tombstones =
            new Dictionary<string, Tombstone>(StringComparer.Ordinal);
        private readonly Queue<string> m_TombstoneOrder = new Queue<string>();

        public IEnumerable<ShadowEntity> Entities
        {
            get { return m_Entities.Values; }
        }

        public IEnumerable<KeyValuePair<string, Tombstone>> Tombstones
        {
            get { return m_Tombstones; }
        }

        public int Count
        {
            get { return m_Entities.Count; }
        }

        public ShadowEntity EntityOrNull(string uuid)
        {
            ShadowEntity entity;
            return m_Entities.TryGetValue(uuid, out entity) ? entity : null;
        }

        public Tombstone TombstoneOrNull(string uuid)
        {
            Tombstone tombstone;
            return m_Tombstones.TryGetValue(uuid, out tombstone) ? tombstone : null;
        }

        /// <summary>Starts an entity's life; its tombstone, if it had one, is lifted.</summary>
        public ShadowEntity Add(string uuid, string kind, Birth birth)
        {
            m_Tombstones.Remove(uuid);
            var entity = new ShadowEntity(uuid, kind) { LifeStamp = birth.Stamp, IsRemoteMade = birth.IsRemote };
            m_Entities[uuid] = entity;
            return entity;
        }

        /// <summary>Ends an entity's life.</summary>
        public void Bury(string uuid, Tombstone tombstone)
        {
            m_Entities.Remove(uuid);
            if (!m_Tombstones.ContainsKey(uuid)) m_TombstoneOrder.Enqueue(uuid);
            m_Tombstones[uuid] = tombstone;
            while (m_TombstoneOrder.Count > k_TombstonesMax) m_Tombstones.Remove(m_TombstoneOrder.Dequeue());
        }

        public void Clear()
        {
            m_Entities.Clear();
            m_Tombstones.Clear();
            m_TombstoneOrder.Clear();
        }

        /// <summary>How many ancestors an entity has; bounded, so that a cycle cannot hang the editor.</summary>
        public int DepthOf(string uuid)
        {
            int depth = 0;
            ShadowEntity entity = EntityOrNull(uuid);
            while (entity != null && depth < m_Entities.Count)
            {
                string parent = entity.ValueOrNull("parent") as string;
                entity = parent == null ? null : EntityOrNull(parent);
                if (entity != null) depth++;
            }
            return depth;
        }
    }
}
