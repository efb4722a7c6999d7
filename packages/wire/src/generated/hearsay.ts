// @ts-nocheck
// Generated from hearsay.proto by `npm run generate`; never edit it.
/* eslint-disable require-yield */

import { decodeMessage, encodeMessage, MaxLengthError, message, streamMessage } from 'protons-runtime'
import { alloc as uint8ArrayAlloc } from 'uint8arrays/alloc'
import type { Codec, DecodeOptions } from 'protons-runtime'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface MeshFrame {
  events?: Events
  heartbeat?: Heartbeat
  heartbeatAck?: Heartbeat
  vector?: Vector
  pull?: Ranges
  missing?: Ranges
  leave?: Leave
  pingRequest?: PingRequest
  pingResult?: PingResult
  members?: Members
  sketch?: Sketch
  sketchRequest?: SketchRequest
  difference?: Difference
}

export namespace MeshFrame {
  let _codec: Codec<MeshFrame>

  export const codec = (): Codec<MeshFrame> => {
    if (_codec == null) {
      _codec = message<MeshFrame>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.difference != null) {
          obj.sketchRequest = undefined
          obj.sketch = undefined
          obj.members = undefined
          obj.pingResult = undefined
          obj.pingRequest = undefined
          obj.leave = undefined
          obj.missing = undefined
          obj.pull = undefined
          obj.vector = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.events = undefined
        }

        if (obj.sketchRequest != null) {
          obj.difference = undefined
          obj.sketch = undefined
          obj.members = undefined
          obj.pingResult = undefined
          obj.pingRequest = undefined
          obj.leave = undefined
          obj.missing = undefined
          obj.pull = undefined
          obj.vector = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.events = undefined
        }

        if (obj.sketch != null) {
          obj.difference = undefined
          obj.sketchRequest = undefined
          obj.members = undefined
          obj.pingResult = undefined
          obj.pingRequest = undefined
          obj.leave = undefined
          obj.missing = undefined
          obj.pull = undefined
          obj.vector = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.events = undefined
        }

        if (obj.members != null) {
          obj.difference = undefined
          obj.sketchRequest = undefined
          obj.sketch = undefined
          obj.pingResult = undefined
          obj.pingRequest = undefined
          obj.leave = undefined
          obj.missing = undefined
          obj.pull = undefined
          obj.vector = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.events = undefined
        }

        if (obj.pingResult != null) {
          obj.difference = undefined
          obj.sketchRequest = undefined
          obj.sketch = undefined
          obj.members = undefined
          obj.pingRequest = undefined
          obj.leave = undefined
          obj.missing = undefined
          obj.pull = undefined
          obj.vector = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.events = undefined
        }

        if (obj.pingRequest != null) {
          obj.difference = undefined
          obj.sketchRequest = undefined
          obj.sketch = undefined
          obj.members = undefined
          obj.pingResult = undefined
          obj.leave = undefined
          obj.missing = undefined
          obj.pull = undefined
          obj.vector = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.events = undefined
        }

        if (obj.leave != null) {
          obj.difference = undefined
          obj.sketchRequest = undefined
          obj.sketch = undefined
          obj.members = undefined
          obj.pingResult = undefined
          obj.pingRequest = undefined
          obj.missing = undefined
          obj.pull = undefined
          obj.vector = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.events = undefined
        }

        if (obj.missing != null) {
          obj.difference = undefined
          obj.sketchRequest = undefined
          obj.sketch = undefined
          obj.members = undefined
          obj.pingResult = undefined
          obj.pingRequest = undefined
          obj.leave = undefined
          obj.pull = undefined
          obj.vector = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.events = undefined
        }

        if (obj.pull != null) {
          obj.difference = undefined
          obj.sketchRequest = undefined
          obj.sketch = undefined
          obj.members = undefined
          obj.pingResult = undefined
          obj.pingRequest = undefined
          obj.leave = undefined
          obj.missing = undefined
          obj.vector = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.events = undefined
        }

        if (obj.vector != null) {
          obj.difference = undefined
          obj.sketchRequest = undefined
          obj.sketch = undefined
          obj.members = undefined
          obj.pingResult = undefined
          obj.pingRequest = undefined
          obj.leave = undefined
          obj.missing = undefined
          obj.pull = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
          obj.events = undefined
        }

        if (obj.heartbeatAck != null) {
          obj.difference = undefined
          obj.sketchRequest = undefined
          obj.sketch = undefined
          obj.members = undefined
          obj.pingResult = undefined
          obj.pingRequest = undefined
          obj.leave = undefined
          obj.missing = undefined
          obj.pull = undefined
          obj.vector = undefined
          obj.heartbeat = undefined
          obj.events = undefined
        }

        if (obj.heartbeat != null) {
          obj.difference = undefined
          obj.sketchRequest = undefined
          obj.sketch = undefined
          obj.members = undefined
          obj.pingResult = undefined
          obj.pingRequest = undefined
          obj.leave = undefined
          obj.missing = undefined
          obj.pull = undefined
          obj.vector = undefined
          obj.heartbeatAck = undefined
          obj.events = undefined
        }

        if (obj.events != null) {
          obj.difference = undefined
          obj.sketchRequest = undefined
          obj.sketch = undefined
          obj.members = undefined
          obj.pingResult = undefined
          obj.pingRequest = undefined
          obj.leave = undefined
          obj.missing = undefined
          obj.pull = undefined
          obj.vector = undefined
          obj.heartbeatAck = undefined
          obj.heartbeat = undefined
        }

        if (obj.events != null) {
          w.uint32(10)
          Events.codec().encode(obj.events, w)
        }

        if (obj.heartbeat != null) {
          w.uint32(18)
          Heartbeat.codec().encode(obj.heartbeat, w)
        }

        if (obj.heartbeatAck != null) {
          w.uint32(26)
          Heartbeat.codec().encode(obj.heartbeatAck, w)
        }

        if (obj.vector != null) {
          w.uint32(34)
          Vector.codec().encode(obj.vector, w)
        }

        if (obj.pull != null) {
          w.uint32(42)
          Ranges.codec().encode(obj.pull, w)
        }

        if (obj.missing != null) {
          w.uint32(50)
          Ranges.codec().encode(obj.missing, w)
        }

        if (obj.leave != null) {
          w.uint32(58)
          Leave.codec().encode(obj.leave, w)
        }

        if (obj.pingRequest != null) {
          w.uint32(66)
          PingRequest.codec().encode(obj.pingRequest, w)
        }

        if (obj.pingResult != null) {
          w.uint32(74)
          PingResult.codec().encode(obj.pingResult, w)
        }

        if (obj.members != null) {
          w.uint32(82)
          Members.codec().encode(obj.members, w)
        }

        if (obj.sketch != null) {
          w.uint32(90)
          Sketch.codec().encode(obj.sketch, w)
        }

        if (obj.sketchRequest != null) {
          w.uint32(98)
          SketchRequest.codec().encode(obj.sketchRequest, w)
        }

        if (obj.difference != null) {
          w.uint32(106)
          Difference.codec().encode(obj.difference, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.events = Events.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.events
              })
              break
            }
            case 2: {
              obj.heartbeat = Heartbeat.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.heartbeat
              })
              break
            }
            case 3: {
              obj.heartbeatAck = Heartbeat.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.heartbeatAck
              })
              break
            }
            case 4: {
              obj.vector = Vector.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.vector
              })
              break
            }
            case 5: {
              obj.pull = Ranges.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.pull
              })
              break
            }
            case 6: {
              obj.missing = Ranges.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.missing
              })
              break
            }
            case 7: {
              obj.leave = Leave.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.leave
              })
              break
            }
            case 8: {
              obj.pingRequest = PingRequest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.pingRequest
              })
              break
            }
            case 9: {
              obj.pingResult = PingResult.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.pingResult
              })
              break
            }
            case 10: {
              obj.members = Members.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.members
              })
              break
            }
            case 11: {
              obj.sketch = Sketch.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.sketch
              })
              break
            }
            case 12: {
              obj.sketchRequest = SketchRequest.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.sketchRequest
              })
              break
            }
            case 13: {
              obj.difference = Difference.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.difference
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.difference != null) {
          delete obj.sketchRequest
          delete obj.sketch
          delete obj.members
          delete obj.pingResult
          delete obj.pingRequest
          delete obj.leave
          delete obj.missing
          delete obj.pull
          delete obj.vector
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.events
        }

        if (obj.sketchRequest != null) {
          delete obj.difference
          delete obj.sketch
          delete obj.members
          delete obj.pingResult
          delete obj.pingRequest
          delete obj.leave
          delete obj.missing
          delete obj.pull
          delete obj.vector
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.events
        }

        if (obj.sketch != null) {
          delete obj.difference
          delete obj.sketchRequest
          delete obj.members
          delete obj.pingResult
          delete obj.pingRequest
          delete obj.leave
          delete obj.missing
          delete obj.pull
          delete obj.vector
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.events
        }

        if (obj.members != null) {
          delete obj.difference
          delete obj.sketchRequest
          delete obj.sketch
          delete obj.pingResult
          delete obj.pingRequest
          delete obj.leave
          delete obj.missing
          delete obj.pull
          delete obj.vector
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.events
        }

        if (obj.pingResult != null) {
          delete obj.difference
          delete obj.sketchRequest
          delete obj.sketch
          delete obj.members
          delete obj.pingRequest
          delete obj.leave
          delete obj.missing
          delete obj.pull
          delete obj.vector
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.events
        }

        if (obj.pingRequest != null) {
          delete obj.difference
          delete obj.sketchRequest
          delete obj.sketch
          delete obj.members
          delete obj.pingResult
          delete obj.leave
          delete obj.missing
          delete obj.pull
          delete obj.vector
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.events
        }

        if (obj.leave != null) {
          delete obj.difference
          delete obj.sketchRequest
          delete obj.sketch
          delete obj.members
          delete obj.pingResult
          delete obj.pingRequest
          delete obj.missing
          delete obj.pull
          delete obj.vector
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.events
        }

        if (obj.missing != null) {
          delete obj.difference
          delete obj.sketchRequest
          delete obj.sketch
          delete obj.members
          delete obj.pingResult
          delete obj.pingRequest
          delete obj.leave
          delete obj.pull
          delete obj.vector
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.events
        }

        if (obj.pull != null) {
          delete obj.difference
          delete obj.sketchRequest
          delete obj.sketch
          delete obj.members
          delete obj.pingResult
          delete obj.pingRequest
          delete obj.leave
          delete obj.missing
          delete obj.vector
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.events
        }

        if (obj.vector != null) {
          delete obj.difference
          delete obj.sketchRequest
          delete obj.sketch
          delete obj.members
          delete obj.pingResult
          delete obj.pingRequest
          delete obj.leave
          delete obj.missing
          delete obj.pull
          delete obj.heartbeatAck
          delete obj.heartbeat
          delete obj.events
        }

        if (obj.heartbeatAck != null) {
          delete obj.difference
          delete obj.sketchRequest
          delete obj.sketch
          delete obj.members
          delete obj.pingResult
          delete obj.pingRequest
          delete obj.leave
          delete obj.missing
          delete obj.pull
          delete obj.vector
          delete obj.heartbeat
          delete obj.events
        }

        if (obj.heartbeat != null) {
          delete obj.difference
          delete obj.sketchRequest
          delete obj.sketch
          delete obj.members
          delete obj.pingResult
          delete obj.pingRequest
          delete obj.leave
          delete obj.missing
          delete obj.pull
          delete obj.vector
          delete obj.heartbeatAck
          delete obj.events
        }

        if (obj.events != null) {
          delete obj.difference
          delete obj.sketchRequest
          delete obj.sketch
          delete obj.members
          delete obj.pingResult
          delete obj.pingRequest
          delete obj.leave
          delete obj.missing
          delete obj.pull
          delete obj.vector
          delete obj.heartbeatAck
          delete obj.heartbeat
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Events.codec().stream(reader, reader.uint32(), `${prefix}.events`, {
                limits: opts.limits?.events
              })

              break
            }
            case 2: {
              yield * Heartbeat.codec().stream(reader, reader.uint32(), `${prefix}.heartbeat`, {
                limits: opts.limits?.heartbeat
              })

              break
            }
            case 3: {
              yield * Heartbeat.codec().stream(reader, reader.uint32(), `${prefix}.heartbeatAck`, {
                limits: opts.limits?.heartbeatAck
              })

              break
            }
            case 4: {
              yield * Vector.codec().stream(reader, reader.uint32(), `${prefix}.vector`, {
                limits: opts.limits?.vector
              })

              break
            }
            case 5: {
              yield * Ranges.codec().stream(reader, reader.uint32(), `${prefix}.pull`, {
                limits: opts.limits?.pull
              })

              break
            }
            case 6: {
              yield * Ranges.codec().stream(reader, reader.uint32(), `${prefix}.missing`, {
                limits: opts.limits?.missing
              })

              break
            }
            case 7: {
              yield * Leave.codec().stream(reader, reader.uint32(), `${prefix}.leave`, {
                limits: opts.limits?.leave
              })

              break
            }
            case 8: {
              yield * PingRequest.codec().stream(reader, reader.uint32(), `${prefix}.pingRequest`, {
                limits: opts.limits?.pingRequest
              })

              break
            }
            case 9: {
              yield * PingResult.codec().stream(reader, reader.uint32(), `${prefix}.pingResult`, {
                limits: opts.limits?.pingResult
              })

              break
            }
            case 10: {
              yield * Members.codec().stream(reader, reader.uint32(), `${prefix}.members`, {
                limits: opts.limits?.members
              })

              break
            }
            case 11: {
              yield * Sketch.codec().stream(reader, reader.uint32(), `${prefix}.sketch`, {
                limits: opts.limits?.sketch
              })

              break
            }
            case 12: {
              yield * SketchRequest.codec().stream(reader, reader.uint32(), `${prefix}.sketchRequest`, {
                limits: opts.limits?.sketchRequest
              })

              break
            }
            case 13: {
              yield * Difference.codec().stream(reader, reader.uint32(), `${prefix}.difference`, {
                limits: opts.limits?.difference
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface MeshFrameEventsRunsOriginNodeFieldEvent {
    field: '$.events.runs[].origin.node'
    value: string
    index: number
  }

  export interface MeshFrameEventsRunsOriginEpochFieldEvent {
    field: '$.events.runs[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameEventsRunsFirstFieldEvent {
    field: '$.events.runs[].first'
    value: number
    index: number
  }

  export interface MeshFrameEventsRunsCountFieldEvent {
    field: '$.events.runs[].count'
    value: number
    index: number
  }

  export interface MeshFrameEventsRunsLogIdFieldEvent {
    field: '$.events.runs[].logId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameEventsAnnouncementsScopeFieldEvent {
    field: '$.events.announcements[].scope'
    value: string
    index: number
  }

  export interface MeshFrameEventsAnnouncementsKindFieldEvent {
    field: '$.events.announcements[].kind'
    value: number
    index: number
  }

  export interface MeshFrameEventsAnnouncementsKeyFieldEvent {
    field: '$.events.announcements[].key'
    value: string
    index: number
  }

  export interface MeshFrameEventsAnnouncementsVersionFieldEvent {
    field: '$.events.announcements[].version'
    value: number
    index: number
  }

  export interface MeshFrameEventsAnnouncementsAppendIdFieldEvent {
    field: '$.events.announcements[].appendId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameEventsAnnouncementsPrevIdFieldEvent {
    field: '$.events.announcements[].prevId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameEventsAnnouncementsLogIdFieldEvent {
    field: '$.events.announcements[].logId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameHeartbeatBeatFieldEvent {
    field: '$.heartbeat.beat'
    value: number
  }

  export interface MeshFrameHeartbeatHeadsOriginNodeFieldEvent {
    field: '$.heartbeat.heads[].origin.node'
    value: string
    index: number
  }

  export interface MeshFrameHeartbeatHeadsOriginEpochFieldEvent {
    field: '$.heartbeat.heads[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameHeartbeatHeadsSequenceFieldEvent {
    field: '$.heartbeat.heads[].sequence'
    value: number
    index: number
  }

  export interface MeshFrameHeartbeatHashLowFieldEvent {
    field: '$.heartbeat.hashLow'
    value: number
  }

  export interface MeshFrameHeartbeatHashHighFieldEvent {
    field: '$.heartbeat.hashHigh'
    value: number
  }

  export interface MeshFrameHeartbeatUpdatesOriginNodeFieldEvent {
    field: '$.heartbeat.updates[].origin.node'
    value: string
    index: number
  }

  export interface MeshFrameHeartbeatUpdatesOriginEpochFieldEvent {
    field: '$.heartbeat.updates[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameHeartbeatUpdatesIncarnationFieldEvent {
    field: '$.heartbeat.updates[].incarnation'
    value: number
    index: number
  }

  export interface MeshFrameHeartbeatUpdatesStateFieldEvent {
    field: '$.heartbeat.updates[].state'
    value: number
    index: number
  }

  export interface MeshFrameHeartbeatUpdatesAddressesFieldEvent {
    field: '$.heartbeat.updates[].addresses[]'
    index: number
    value: string
  }

  export interface MeshFrameHeartbeatUpdatesMetadataKeyFieldEvent {
    field: '$.heartbeat.updates[].metadata[].key'
    value: string
    index: number
  }

  export interface MeshFrameHeartbeatUpdatesMetadataValueFieldEvent {
    field: '$.heartbeat.updates[].metadata[].value'
    value: string
    index: number
  }

  export interface MeshFrameHeartbeatUpdatesByNodeFieldEvent {
    field: '$.heartbeat.updates[].by.node'
    value: string
    index: number
  }

  export interface MeshFrameHeartbeatUpdatesByEpochFieldEvent {
    field: '$.heartbeat.updates[].by.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameHeartbeatUpdatesEvidenceFieldEvent {
    field: '$.heartbeat.updates[].evidence'
    value: number
    index: number
  }

  export interface MeshFrameHeartbeatLeftOutMsFieldEvent {
    field: '$.heartbeat.leftOutMs'
    value: number
  }

  export interface MeshFrameHeartbeatAckBeatFieldEvent {
    field: '$.heartbeatAck.beat'
    value: number
  }

  export interface MeshFrameHeartbeatAckHeadsOriginNodeFieldEvent {
    field: '$.heartbeatAck.heads[].origin.node'
    value: string
    index: number
  }

  export interface MeshFrameHeartbeatAckHeadsOriginEpochFieldEvent {
    field: '$.heartbeatAck.heads[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameHeartbeatAckHeadsSequenceFieldEvent {
    field: '$.heartbeatAck.heads[].sequence'
    value: number
    index: number
  }

  export interface MeshFrameHeartbeatAckHashLowFieldEvent {
    field: '$.heartbeatAck.hashLow'
    value: number
  }

  export interface MeshFrameHeartbeatAckHashHighFieldEvent {
    field: '$.heartbeatAck.hashHigh'
    value: number
  }

  export interface MeshFrameHeartbeatAckUpdatesOriginNodeFieldEvent {
    field: '$.heartbeatAck.updates[].origin.node'
    value: string
    index: number
  }

  export interface MeshFrameHeartbeatAckUpdatesOriginEpochFieldEvent {
    field: '$.heartbeatAck.updates[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameHeartbeatAckUpdatesIncarnationFieldEvent {
    field: '$.heartbeatAck.updates[].incarnation'
    value: number
    index: number
  }

  export interface MeshFrameHeartbeatAckUpdatesStateFieldEvent {
    field: '$.heartbeatAck.updates[].state'
    value: number
    index: number
  }

  export interface MeshFrameHeartbeatAckUpdatesAddressesFieldEvent {
    field: '$.heartbeatAck.updates[].addresses[]'
    index: number
    value: string
  }

  export interface MeshFrameHeartbeatAckUpdatesMetadataKeyFieldEvent {
    field: '$.heartbeatAck.updates[].metadata[].key'
    value: string
    index: number
  }

  export interface MeshFrameHeartbeatAckUpdatesMetadataValueFieldEvent {
    field: '$.heartbeatAck.updates[].metadata[].value'
    value: string
    index: number
  }

  export interface MeshFrameHeartbeatAckUpdatesByNodeFieldEvent {
    field: '$.heartbeatAck.updates[].by.node'
    value: string
    index: number
  }

  export interface MeshFrameHeartbeatAckUpdatesByEpochFieldEvent {
    field: '$.heartbeatAck.updates[].by.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameHeartbeatAckUpdatesEvidenceFieldEvent {
    field: '$.heartbeatAck.updates[].evidence'
    value: number
    index: number
  }

  export interface MeshFrameHeartbeatAckLeftOutMsFieldEvent {
    field: '$.heartbeatAck.leftOutMs'
    value: number
  }

  export interface MeshFrameVectorEntriesOriginNodeFieldEvent {
    field: '$.vector.entries[].origin.node'
    value: string
    index: number
  }

  export interface MeshFrameVectorEntriesOriginEpochFieldEvent {
    field: '$.vector.entries[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameVectorEntriesContiguousFieldEvent {
    field: '$.vector.entries[].contiguous'
    value: number
    index: number
  }

  export interface MeshFrameVectorEntriesAboveFieldEvent {
    field: '$.vector.entries[].above[]'
    index: number
    value: number
  }

  export interface MeshFrameVectorEntriesSilentMsFieldEvent {
    field: '$.vector.entries[].silentMs'
    value: number
    index: number
  }

  export interface MeshFrameVectorReplyFieldEvent {
    field: '$.vector.reply'
    value: boolean
  }

  export interface MeshFrameVectorMoreFieldEvent {
    field: '$.vector.more'
    value: boolean
  }

  export interface MeshFrameVectorLeftOutMsFieldEvent {
    field: '$.vector.leftOutMs'
    value: number
  }

  export interface MeshFramePullRangesOriginNodeFieldEvent {
    field: '$.pull.ranges[].origin.node'
    value: string
    index: number
  }

  export interface MeshFramePullRangesOriginEpochFieldEvent {
    field: '$.pull.ranges[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFramePullRangesFromFieldEvent {
    field: '$.pull.ranges[].from'
    value: number
    index: number
  }

  export interface MeshFramePullRangesToFieldEvent {
    field: '$.pull.ranges[].to'
    value: number
    index: number
  }

  export interface MeshFrameMissingRangesOriginNodeFieldEvent {
    field: '$.missing.ranges[].origin.node'
    value: string
    index: number
  }

  export interface MeshFrameMissingRangesOriginEpochFieldEvent {
    field: '$.missing.ranges[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameMissingRangesFromFieldEvent {
    field: '$.missing.ranges[].from'
    value: number
    index: number
  }

  export interface MeshFrameMissingRangesToFieldEvent {
    field: '$.missing.ranges[].to'
    value: number
    index: number
  }

  export interface MeshFramePingRequestSequenceFieldEvent {
    field: '$.pingRequest.sequence'
    value: number
  }

  export interface MeshFramePingRequestTargetNodeFieldEvent {
    field: '$.pingRequest.target.node'
    value: string
  }

  export interface MeshFramePingRequestTargetEpochFieldEvent {
    field: '$.pingRequest.target.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MeshFramePingRequestUpdatesOriginNodeFieldEvent {
    field: '$.pingRequest.updates[].origin.node'
    value: string
    index: number
  }

  export interface MeshFramePingRequestUpdatesOriginEpochFieldEvent {
    field: '$.pingRequest.updates[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFramePingRequestUpdatesIncarnationFieldEvent {
    field: '$.pingRequest.updates[].incarnation'
    value: number
    index: number
  }

  export interface MeshFramePingRequestUpdatesStateFieldEvent {
    field: '$.pingRequest.updates[].state'
    value: number
    index: number
  }

  export interface MeshFramePingRequestUpdatesAddressesFieldEvent {
    field: '$.pingRequest.updates[].addresses[]'
    index: number
    value: string
  }

  export interface MeshFramePingRequestUpdatesMetadataKeyFieldEvent {
    field: '$.pingRequest.updates[].metadata[].key'
    value: string
    index: number
  }

  export interface MeshFramePingRequestUpdatesMetadataValueFieldEvent {
    field: '$.pingRequest.updates[].metadata[].value'
    value: string
    index: number
  }

  export interface MeshFramePingRequestUpdatesByNodeFieldEvent {
    field: '$.pingRequest.updates[].by.node'
    value: string
    index: number
  }

  export interface MeshFramePingRequestUpdatesByEpochFieldEvent {
    field: '$.pingRequest.updates[].by.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFramePingRequestUpdatesEvidenceFieldEvent {
    field: '$.pingRequest.updates[].evidence'
    value: number
    index: number
  }

  export interface MeshFramePingResultSequenceFieldEvent {
    field: '$.pingResult.sequence'
    value: number
  }

  export interface MeshFramePingResultTargetNodeFieldEvent {
    field: '$.pingResult.target.node'
    value: string
  }

  export interface MeshFramePingResultTargetEpochFieldEvent {
    field: '$.pingResult.target.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MeshFramePingResultAckedFieldEvent {
    field: '$.pingResult.acked'
    value: boolean
  }

  export interface MeshFramePingResultUpdatesOriginNodeFieldEvent {
    field: '$.pingResult.updates[].origin.node'
    value: string
    index: number
  }

  export interface MeshFramePingResultUpdatesOriginEpochFieldEvent {
    field: '$.pingResult.updates[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFramePingResultUpdatesIncarnationFieldEvent {
    field: '$.pingResult.updates[].incarnation'
    value: number
    index: number
  }

  export interface MeshFramePingResultUpdatesStateFieldEvent {
    field: '$.pingResult.updates[].state'
    value: number
    index: number
  }

  export interface MeshFramePingResultUpdatesAddressesFieldEvent {
    field: '$.pingResult.updates[].addresses[]'
    index: number
    value: string
  }

  export interface MeshFramePingResultUpdatesMetadataKeyFieldEvent {
    field: '$.pingResult.updates[].metadata[].key'
    value: string
    index: number
  }

  export interface MeshFramePingResultUpdatesMetadataValueFieldEvent {
    field: '$.pingResult.updates[].metadata[].value'
    value: string
    index: number
  }

  export interface MeshFramePingResultUpdatesByNodeFieldEvent {
    field: '$.pingResult.updates[].by.node'
    value: string
    index: number
  }

  export interface MeshFramePingResultUpdatesByEpochFieldEvent {
    field: '$.pingResult.updates[].by.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFramePingResultUpdatesEvidenceFieldEvent {
    field: '$.pingResult.updates[].evidence'
    value: number
    index: number
  }

  export interface MeshFrameMembersMembersOriginNodeFieldEvent {
    field: '$.members.members[].origin.node'
    value: string
    index: number
  }

  export interface MeshFrameMembersMembersOriginEpochFieldEvent {
    field: '$.members.members[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameMembersMembersIncarnationFieldEvent {
    field: '$.members.members[].incarnation'
    value: number
    index: number
  }

  export interface MeshFrameMembersMembersStateFieldEvent {
    field: '$.members.members[].state'
    value: number
    index: number
  }

  export interface MeshFrameMembersMembersAddressesFieldEvent {
    field: '$.members.members[].addresses[]'
    index: number
    value: string
  }

  export interface MeshFrameMembersMembersMetadataKeyFieldEvent {
    field: '$.members.members[].metadata[].key'
    value: string
    index: number
  }

  export interface MeshFrameMembersMembersMetadataValueFieldEvent {
    field: '$.members.members[].metadata[].value'
    value: string
    index: number
  }

  export interface MeshFrameMembersMembersByNodeFieldEvent {
    field: '$.members.members[].by.node'
    value: string
    index: number
  }

  export interface MeshFrameMembersMembersByEpochFieldEvent {
    field: '$.members.members[].by.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameMembersMembersEvidenceFieldEvent {
    field: '$.members.members[].evidence'
    value: number
    index: number
  }

  export interface MeshFrameMembersReplyFieldEvent {
    field: '$.members.reply'
    value: boolean
  }

  export interface MeshFrameSketchCellsFieldEvent {
    field: '$.sketch.cells'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MeshFrameSketchOriginsFieldEvent {
    field: '$.sketch.origins'
    value: number
  }

  export interface MeshFrameSketchLeftOutMsFieldEvent {
    field: '$.sketch.leftOutMs'
    value: number
  }

  export interface MeshFrameSketchRequestCellsFieldEvent {
    field: '$.sketchRequest.cells'
    value: number
  }

  export interface MeshFrameDifferenceEntriesOriginNodeFieldEvent {
    field: '$.difference.entries[].origin.node'
    value: string
    index: number
  }

  export interface MeshFrameDifferenceEntriesOriginEpochFieldEvent {
    field: '$.difference.entries[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MeshFrameDifferenceEntriesContiguousFieldEvent {
    field: '$.difference.entries[].contiguous'
    value: number
    index: number
  }

  export interface MeshFrameDifferenceEntriesAboveFieldEvent {
    field: '$.difference.entries[].above[]'
    index: number
    value: number
  }

  export interface MeshFrameDifferenceEntriesSilentMsFieldEvent {
    field: '$.difference.entries[].silentMs'
    value: number
    index: number
  }

  export interface MeshFrameDifferenceWantedFieldEvent {
    field: '$.difference.wanted[]'
    index: number
    value: number
  }

  export function encode (obj: Partial<MeshFrame>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, MeshFrame.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<MeshFrame>): MeshFrame {
    return decodeMessage(buf, MeshFrame.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<MeshFrame>): Generator<MeshFrameEventsRunsOriginNodeFieldEvent | MeshFrameEventsRunsOriginEpochFieldEvent | MeshFrameEventsRunsFirstFieldEvent | MeshFrameEventsRunsCountFieldEvent | MeshFrameEventsRunsLogIdFieldEvent | MeshFrameEventsAnnouncementsScopeFieldEvent | MeshFrameEventsAnnouncementsKindFieldEvent | MeshFrameEventsAnnouncementsKeyFieldEvent | MeshFrameEventsAnnouncementsVersionFieldEvent | MeshFrameEventsAnnouncementsAppendIdFieldEvent | MeshFrameEventsAnnouncementsPrevIdFieldEvent | MeshFrameEventsAnnouncementsLogIdFieldEvent | MeshFrameHeartbeatBeatFieldEvent | MeshFrameHeartbeatHeadsOriginNodeFieldEvent | MeshFrameHeartbeatHeadsOriginEpochFieldEvent | MeshFrameHeartbeatHeadsSequenceFieldEvent | MeshFrameHeartbeatHashLowFieldEvent | MeshFrameHeartbeatHashHighFieldEvent | MeshFrameHeartbeatUpdatesOriginNodeFieldEvent | MeshFrameHeartbeatUpdatesOriginEpochFieldEvent | MeshFrameHeartbeatUpdatesIncarnationFieldEvent | MeshFrameHeartbeatUpdatesStateFieldEvent | MeshFrameHeartbeatUpdatesAddressesFieldEvent | MeshFrameHeartbeatUpdatesMetadataKeyFieldEvent | MeshFrameHeartbeatUpdatesMetadataValueFieldEvent | MeshFrameHeartbeatUpdatesByNodeFieldEvent | MeshFrameHeartbeatUpdatesByEpochFieldEvent | MeshFrameHeartbeatUpdatesEvidenceFieldEvent | MeshFrameHeartbeatLeftOutMsFieldEvent | MeshFrameHeartbeatAckBeatFieldEvent | MeshFrameHeartbeatAckHeadsOriginNodeFieldEvent | MeshFrameHeartbeatAckHeadsOriginEpochFieldEvent | MeshFrameHeartbeatAckHeadsSequenceFieldEvent | MeshFrameHeartbeatAckHashLowFieldEvent | MeshFrameHeartbeatAckHashHighFieldEvent | MeshFrameHeartbeatAckUpdatesOriginNodeFieldEvent | MeshFrameHeartbeatAckUpdatesOriginEpochFieldEvent | MeshFrameHeartbeatAckUpdatesIncarnationFieldEvent | MeshFrameHeartbeatAckUpdatesStateFieldEvent | MeshFrameHeartbeatAckUpdatesAddressesFieldEvent | MeshFrameHeartbeatAckUpdatesMetadataKeyFieldEvent | MeshFrameHeartbeatAckUpdatesMetadataValueFieldEvent | MeshFrameHeartbeatAckUpdatesByNodeFieldEvent | MeshFrameHeartbeatAckUpdatesByEpochFieldEvent | MeshFrameHeartbeatAckUpdatesEvidenceFieldEvent | MeshFrameHeartbeatAckLeftOutMsFieldEvent | MeshFrameVectorEntriesOriginNodeFieldEvent | MeshFrameVectorEntriesOriginEpochFieldEvent | MeshFrameVectorEntriesContiguousFieldEvent | MeshFrameVectorEntriesAboveFieldEvent | MeshFrameVectorEntriesSilentMsFieldEvent | MeshFrameVectorReplyFieldEvent | MeshFrameVectorMoreFieldEvent | MeshFrameVectorLeftOutMsFieldEvent | MeshFramePullRangesOriginNodeFieldEvent | MeshFramePullRangesOriginEpochFieldEvent | MeshFramePullRangesFromFieldEvent | MeshFramePullRangesToFieldEvent | MeshFrameMissingRangesOriginNodeFieldEvent | MeshFrameMissingRangesOriginEpochFieldEvent | MeshFrameMissingRangesFromFieldEvent | MeshFrameMissingRangesToFieldEvent | MeshFramePingRequestSequenceFieldEvent | MeshFramePingRequestTargetNodeFieldEvent | MeshFramePingRequestTargetEpochFieldEvent | MeshFramePingRequestUpdatesOriginNodeFieldEvent | MeshFramePingRequestUpdatesOriginEpochFieldEvent | MeshFramePingRequestUpdatesIncarnationFieldEvent | MeshFramePingRequestUpdatesStateFieldEvent | MeshFramePingRequestUpdatesAddressesFieldEvent | MeshFramePingRequestUpdatesMetadataKeyFieldEvent | MeshFramePingRequestUpdatesMetadataValueFieldEvent | MeshFramePingRequestUpdatesByNodeFieldEvent | MeshFramePingRequestUpdatesByEpochFieldEvent | MeshFramePingRequestUpdatesEvidenceFieldEvent | MeshFramePingResultSequenceFieldEvent | MeshFramePingResultTargetNodeFieldEvent | MeshFramePingResultTargetEpochFieldEvent | MeshFramePingResultAckedFieldEvent | MeshFramePingResultUpdatesOriginNodeFieldEvent | MeshFramePingResultUpdatesOriginEpochFieldEvent | MeshFramePingResultUpdatesIncarnationFieldEvent | MeshFramePingResultUpdatesStateFieldEvent | MeshFramePingResultUpdatesAddressesFieldEvent | MeshFramePingResultUpdatesMetadataKeyFieldEvent | MeshFramePingResultUpdatesMetadataValueFieldEvent | MeshFramePingResultUpdatesByNodeFieldEvent | MeshFramePingResultUpdatesByEpochFieldEvent | MeshFramePingResultUpdatesEvidenceFieldEvent | MeshFrameMembersMembersOriginNodeFieldEvent | MeshFrameMembersMembersOriginEpochFieldEvent | MeshFrameMembersMembersIncarnationFieldEvent | MeshFrameMembersMembersStateFieldEvent | MeshFrameMembersMembersAddressesFieldEvent | MeshFrameMembersMembersMetadataKeyFieldEvent | MeshFrameMembersMembersMetadataValueFieldEvent | MeshFrameMembersMembersByNodeFieldEvent | MeshFrameMembersMembersByEpochFieldEvent | MeshFrameMembersMembersEvidenceFieldEvent | MeshFrameMembersReplyFieldEvent | MeshFrameSketchCellsFieldEvent | MeshFrameSketchOriginsFieldEvent | MeshFrameSketchLeftOutMsFieldEvent | MeshFrameSketchRequestCellsFieldEvent | MeshFrameDifferenceEntriesOriginNodeFieldEvent | MeshFrameDifferenceEntriesOriginEpochFieldEvent | MeshFrameDifferenceEntriesContiguousFieldEvent | MeshFrameDifferenceEntriesAboveFieldEvent | MeshFrameDifferenceEntriesSilentMsFieldEvent | MeshFrameDifferenceWantedFieldEvent> {
    return streamMessage(buf, MeshFrame.codec(), opts)
  }
}

export interface Origin {
  node: string
  epoch?: Uint8Array<ArrayBuffer>
}

export namespace Origin {
  let _codec: Codec<Origin>

  export const codec = (): Codec<Origin> => {
    if (_codec == null) {
      _codec = message<Origin>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.node != null && obj.node !== '')) {
          w.uint32(10)
          w.string(obj.node)
        }

        if (obj.epoch != null) {
          w.uint32(18)
          w.bytes(obj.epoch)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          node: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.node = reader.string()
              break
            }
            case 2: {
              obj.epoch = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.node`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.epoch`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface OriginNodeFieldEvent {
    field: '$.node'
    value: string
  }

  export interface OriginEpochFieldEvent {
    field: '$.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Origin>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Origin.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Origin>): Origin {
    return decodeMessage(buf, Origin.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Origin>): Generator<OriginNodeFieldEvent | OriginEpochFieldEvent> {
    return streamMessage(buf, Origin.codec(), opts)
  }
}

export interface Events {
  runs: Run[]
  announcements: Announcement[]
}

export namespace Events {
  let _codec: Codec<Events>

  export const codec = (): Codec<Events> => {
    if (_codec == null) {
      _codec = message<Events>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.runs != null && obj.runs.length > 0) {
          for (const value of obj.runs) {
            w.uint32(10)
            Run.codec().encode(value, w)
          }
        }

        if (obj.announcements != null && obj.announcements.length > 0) {
          for (const value of obj.announcements) {
            w.uint32(18)
            Announcement.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          runs: [],
          announcements: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.runs != null && obj.runs.length === opts.limits.runs) {
                throw new MaxLengthError('Decode error - repeated field "runs" had too many elements')
              }

              if (obj.runs.length === 1024) {
                throw new MaxLengthError('Decode error - repeated field "runs" had too many elements')
              }

              obj.runs.push(Run.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.runs$
              }))
              break
            }
            case 2: {
              if (opts.limits?.announcements != null && obj.announcements.length === opts.limits.announcements) {
                throw new MaxLengthError('Decode error - repeated field "announcements" had too many elements')
              }

              if (obj.announcements.length === 4096) {
                throw new MaxLengthError('Decode error - repeated field "announcements" had too many elements')
              }

              obj.announcements.push(Announcement.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.announcements$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          runs: 1024,
          announcements: 4096
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.runs != null && obj.runs === opts.limits.runs) {
                throw new MaxLengthError('Streaming decode error - repeated field "runs" had too many elements')
              }

              if (obj.runs === 1024) {
                throw new MaxLengthError('Streaming decode error - repeated field "runs" had too many elements')
              }

              for (const evt of Run.codec().stream(reader, reader.uint32(), `${prefix}.runs[]`, {
                limits: opts.limits?.runs$
              })) {
                yield {
                  ...evt,
                  index: obj.runs
                }
              }

              obj.runs++

              break
            }
            case 2: {
              if (opts.limits?.announcements != null && obj.announcements === opts.limits.announcements) {
                throw new MaxLengthError('Streaming decode error - repeated field "announcements" had too many elements')
              }

              if (obj.announcements === 4096) {
                throw new MaxLengthError('Streaming decode error - repeated field "announcements" had too many elements')
              }

              for (const evt of Announcement.codec().stream(reader, reader.uint32(), `${prefix}.announcements[]`, {
                limits: opts.limits?.announcements$
              })) {
                yield {
                  ...evt,
                  index: obj.announcements
                }
              }

              obj.announcements++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface EventsRunsOriginNodeFieldEvent {
    field: '$.runs[].origin.node'
    value: string
    index: number
  }

  export interface EventsRunsOriginEpochFieldEvent {
    field: '$.runs[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface EventsRunsFirstFieldEvent {
    field: '$.runs[].first'
    value: number
    index: number
  }

  export interface EventsRunsCountFieldEvent {
    field: '$.runs[].count'
    value: number
    index: number
  }

  export interface EventsRunsLogIdFieldEvent {
    field: '$.runs[].logId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface EventsAnnouncementsScopeFieldEvent {
    field: '$.announcements[].scope'
    value: string
    index: number
  }

  export interface EventsAnnouncementsKindFieldEvent {
    field: '$.announcements[].kind'
    value: number
    index: number
  }

  export interface EventsAnnouncementsKeyFieldEvent {
    field: '$.announcements[].key'
    value: string
    index: number
  }

  export interface EventsAnnouncementsVersionFieldEvent {
    field: '$.announcements[].version'
    value: number
    index: number
  }

  export interface EventsAnnouncementsAppendIdFieldEvent {
    field: '$.announcements[].appendId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface EventsAnnouncementsPrevIdFieldEvent {
    field: '$.announcements[].prevId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface EventsAnnouncementsLogIdFieldEvent {
    field: '$.announcements[].logId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export function encode (obj: Partial<Events>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Events.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Events>): Events {
    return decodeMessage(buf, Events.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Events>): Generator<EventsRunsOriginNodeFieldEvent | EventsRunsOriginEpochFieldEvent | EventsRunsFirstFieldEvent | EventsRunsCountFieldEvent | EventsRunsLogIdFieldEvent | EventsAnnouncementsScopeFieldEvent | EventsAnnouncementsKindFieldEvent | EventsAnnouncementsKeyFieldEvent | EventsAnnouncementsVersionFieldEvent | EventsAnnouncementsAppendIdFieldEvent | EventsAnnouncementsPrevIdFieldEvent | EventsAnnouncementsLogIdFieldEvent> {
    return streamMessage(buf, Events.codec(), opts)
  }
}

export interface Run {
  origin?: Origin
  first: number
  count: number
  logId?: Uint8Array<ArrayBuffer>
}

export namespace Run {
  let _codec: Codec<Run>

  export const codec = (): Codec<Run> => {
    if (_codec == null) {
      _codec = message<Run>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.origin != null) {
          w.uint32(10)
          Origin.codec().encode(obj.origin, w)
        }

        if ((obj.first != null && obj.first !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.first)
        }

        if ((obj.count != null && obj.count !== 0)) {
          w.uint32(24)
          w.uint32(obj.count)
        }

        if (obj.logId != null) {
          w.uint32(34)
          w.bytes(obj.logId)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          first: 0,
          count: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.origin = Origin.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.origin
              })
              break
            }
            case 2: {
              obj.first = reader.uint64Number()
              break
            }
            case 3: {
              obj.count = reader.uint32()
              break
            }
            case 4: {
              obj.logId = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Origin.codec().stream(reader, reader.uint32(), `${prefix}.origin`, {
                limits: opts.limits?.origin
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.first`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.count`,
                value: reader.uint32()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.logId`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RunOriginNodeFieldEvent {
    field: '$.origin.node'
    value: string
  }

  export interface RunOriginEpochFieldEvent {
    field: '$.origin.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RunFirstFieldEvent {
    field: '$.first'
    value: number
  }

  export interface RunCountFieldEvent {
    field: '$.count'
    value: number
  }

  export interface RunLogIdFieldEvent {
    field: '$.logId'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Run>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Run.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Run>): Run {
    return decodeMessage(buf, Run.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Run>): Generator<RunOriginNodeFieldEvent | RunOriginEpochFieldEvent | RunFirstFieldEvent | RunCountFieldEvent | RunLogIdFieldEvent> {
    return streamMessage(buf, Run.codec(), opts)
  }
}

export interface Announcement {
  scope: string
  kind: number
  key: string
  version?: number
  appendId?: Uint8Array<ArrayBuffer>
  prevId?: Uint8Array<ArrayBuffer>
  logId?: Uint8Array<ArrayBuffer>
}

export namespace Announcement {
  let _codec: Codec<Announcement>

  export const codec = (): Codec<Announcement> => {
    if (_codec == null) {
      _codec = message<Announcement>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.scope != null && obj.scope !== '')) {
          w.uint32(10)
          w.string(obj.scope)
        }

        if ((obj.kind != null && obj.kind !== 0)) {
          w.uint32(16)
          w.uint32(obj.kind)
        }

        if ((obj.key != null && obj.key !== '')) {
          w.uint32(26)
          w.string(obj.key)
        }

        if (obj.version != null) {
          w.uint32(32)
          w.uint64Number(obj.version)
        }

        if (obj.appendId != null) {
          w.uint32(42)
          w.bytes(obj.appendId)
        }

        if (obj.prevId != null) {
          w.uint32(50)
          w.bytes(obj.prevId)
        }

        if (obj.logId != null) {
          w.uint32(58)
          w.bytes(obj.logId)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          scope: '',
          kind: 0,
          key: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.scope = reader.string()
              break
            }
            case 2: {
              obj.kind = reader.uint32()
              break
            }
            case 3: {
              obj.key = reader.string()
              break
            }
            case 4: {
              obj.version = reader.uint64Number()
              break
            }
            case 5: {
              obj.appendId = reader.bytes()
              break
            }
            case 6: {
              obj.prevId = reader.bytes()
              break
            }
            case 7: {
              obj.logId = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.scope`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.kind`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.key`,
                value: reader.string()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.version`,
                value: reader.uint64Number()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.appendId`,
                value: reader.bytes()
              }
              break
            }
            case 6: {
              yield {
                field: `${prefix}.prevId`,
                value: reader.bytes()
              }
              break
            }
            case 7: {
              yield {
                field: `${prefix}.logId`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AnnouncementScopeFieldEvent {
    field: '$.scope'
    value: string
  }

  export interface AnnouncementKindFieldEvent {
    field: '$.kind'
    value: number
  }

  export interface AnnouncementKeyFieldEvent {
    field: '$.key'
    value: string
  }

  export interface AnnouncementVersionFieldEvent {
    field: '$.version'
    value: number
  }

  export interface AnnouncementAppendIdFieldEvent {
    field: '$.appendId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AnnouncementPrevIdFieldEvent {
    field: '$.prevId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AnnouncementLogIdFieldEvent {
    field: '$.logId'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Announcement>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Announcement.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Announcement>): Announcement {
    return decodeMessage(buf, Announcement.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Announcement>): Generator<AnnouncementScopeFieldEvent | AnnouncementKindFieldEvent | AnnouncementKeyFieldEvent | AnnouncementVersionFieldEvent | AnnouncementAppendIdFieldEvent | AnnouncementPrevIdFieldEvent | AnnouncementLogIdFieldEvent> {
    return streamMessage(buf, Announcement.codec(), opts)
  }
}

export interface Heartbeat {
  beat: number
  heads: Head[]
  hashLow: number
  hashHigh: number
  updates: MemberUpdate[]
  leftOutMs?: number
}

export namespace Heartbeat {
  let _codec: Codec<Heartbeat>

  export const codec = (): Codec<Heartbeat> => {
    if (_codec == null) {
      _codec = message<Heartbeat>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.beat != null && obj.beat !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.beat)
        }

        if (obj.heads != null && obj.heads.length > 0) {
          for (const value of obj.heads) {
            w.uint32(18)
            Head.codec().encode(value, w)
          }
        }

        if ((obj.hashLow != null && obj.hashLow !== 0)) {
          w.uint32(29)
          w.fixed32(obj.hashLow)
        }

        if ((obj.hashHigh != null && obj.hashHigh !== 0)) {
          w.uint32(37)
          w.fixed32(obj.hashHigh)
        }

        if (obj.updates != null && obj.updates.length > 0) {
          for (const value of obj.updates) {
            w.uint32(42)
            MemberUpdate.codec().encode(value, w)
          }
        }

        if (obj.leftOutMs != null) {
          w.uint32(48)
          w.uint64Number(obj.leftOutMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          beat: 0,
          heads: [],
          hashLow: 0,
          hashHigh: 0,
          updates: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.beat = reader.uint64Number()
              break
            }
            case 2: {
              if (opts.limits?.heads != null && obj.heads.length === opts.limits.heads) {
                throw new MaxLengthError('Decode error - repeated field "heads" had too many elements')
              }

              if (obj.heads.length === 16) {
                throw new MaxLengthError('Decode error - repeated field "heads" had too many elements')
              }

              obj.heads.push(Head.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.heads$
              }))
              break
            }
            case 3: {
              obj.hashLow = reader.fixed32()
              break
            }
            case 4: {
              obj.hashHigh = reader.fixed32()
              break
            }
            case 5: {
              if (opts.limits?.updates != null && obj.updates.length === opts.limits.updates) {
                throw new MaxLengthError('Decode error - repeated field "updates" had too many elements')
              }

              if (obj.updates.length === 64) {
                throw new MaxLengthError('Decode error - repeated field "updates" had too many elements')
              }

              obj.updates.push(MemberUpdate.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.updates$
              }))
              break
            }
            case 6: {
              obj.leftOutMs = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          heads: 16,
          updates: 64
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.beat`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              if (opts.limits?.heads != null && obj.heads === opts.limits.heads) {
                throw new MaxLengthError('Streaming decode error - repeated field "heads" had too many elements')
              }

              if (obj.heads === 16) {
                throw new MaxLengthError('Streaming decode error - repeated field "heads" had too many elements')
              }

              for (const evt of Head.codec().stream(reader, reader.uint32(), `${prefix}.heads[]`, {
                limits: opts.limits?.heads$
              })) {
                yield {
                  ...evt,
                  index: obj.heads
                }
              }

              obj.heads++

              break
            }
            case 3: {
              yield {
                field: `${prefix}.hashLow`,
                value: reader.fixed32()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.hashHigh`,
                value: reader.fixed32()
              }
              break
            }
            case 5: {
              if (opts.limits?.updates != null && obj.updates === opts.limits.updates) {
                throw new MaxLengthError('Streaming decode error - repeated field "updates" had too many elements')
              }

              if (obj.updates === 64) {
                throw new MaxLengthError('Streaming decode error - repeated field "updates" had too many elements')
              }

              for (const evt of MemberUpdate.codec().stream(reader, reader.uint32(), `${prefix}.updates[]`, {
                limits: opts.limits?.updates$
              })) {
                yield {
                  ...evt,
                  index: obj.updates
                }
              }

              obj.updates++

              break
            }
            case 6: {
              yield {
                field: `${prefix}.leftOutMs`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HeartbeatBeatFieldEvent {
    field: '$.beat'
    value: number
  }

  export interface HeartbeatHeadsOriginNodeFieldEvent {
    field: '$.heads[].origin.node'
    value: string
    index: number
  }

  export interface HeartbeatHeadsOriginEpochFieldEvent {
    field: '$.heads[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface HeartbeatHeadsSequenceFieldEvent {
    field: '$.heads[].sequence'
    value: number
    index: number
  }

  export interface HeartbeatHashLowFieldEvent {
    field: '$.hashLow'
    value: number
  }

  export interface HeartbeatHashHighFieldEvent {
    field: '$.hashHigh'
    value: number
  }

  export interface HeartbeatUpdatesOriginNodeFieldEvent {
    field: '$.updates[].origin.node'
    value: string
    index: number
  }

  export interface HeartbeatUpdatesOriginEpochFieldEvent {
    field: '$.updates[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface HeartbeatUpdatesIncarnationFieldEvent {
    field: '$.updates[].incarnation'
    value: number
    index: number
  }

  export interface HeartbeatUpdatesStateFieldEvent {
    field: '$.updates[].state'
    value: number
    index: number
  }

  export interface HeartbeatUpdatesAddressesFieldEvent {
    field: '$.updates[].addresses[]'
    index: number
    value: string
  }

  export interface HeartbeatUpdatesMetadataKeyFieldEvent {
    field: '$.updates[].metadata[].key'
    value: string
    index: number
  }

  export interface HeartbeatUpdatesMetadataValueFieldEvent {
    field: '$.updates[].metadata[].value'
    value: string
    index: number
  }

  export interface HeartbeatUpdatesByNodeFieldEvent {
    field: '$.updates[].by.node'
    value: string
    index: number
  }

  export interface HeartbeatUpdatesByEpochFieldEvent {
    field: '$.updates[].by.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface HeartbeatUpdatesEvidenceFieldEvent {
    field: '$.updates[].evidence'
    value: number
    index: number
  }

  export interface HeartbeatLeftOutMsFieldEvent {
    field: '$.leftOutMs'
    value: number
  }

  export function encode (obj: Partial<Heartbeat>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Heartbeat.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Heartbeat>): Heartbeat {
    return decodeMessage(buf, Heartbeat.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Heartbeat>): Generator<HeartbeatBeatFieldEvent | HeartbeatHeadsOriginNodeFieldEvent | HeartbeatHeadsOriginEpochFieldEvent | HeartbeatHeadsSequenceFieldEvent | HeartbeatHashLowFieldEvent | HeartbeatHashHighFieldEvent | HeartbeatUpdatesOriginNodeFieldEvent | HeartbeatUpdatesOriginEpochFieldEvent | HeartbeatUpdatesIncarnationFieldEvent | HeartbeatUpdatesStateFieldEvent | HeartbeatUpdatesAddressesFieldEvent | HeartbeatUpdatesMetadataKeyFieldEvent | HeartbeatUpdatesMetadataValueFieldEvent | HeartbeatUpdatesByNodeFieldEvent | HeartbeatUpdatesByEpochFieldEvent | HeartbeatUpdatesEvidenceFieldEvent | HeartbeatLeftOutMsFieldEvent> {
    return streamMessage(buf, Heartbeat.codec(), opts)
  }
}

export interface Head {
  origin?: Origin
  sequence: number
}

export namespace Head {
  let _codec: Codec<Head>

  export const codec = (): Codec<Head> => {
    if (_codec == null) {
      _codec = message<Head>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.origin != null) {
          w.uint32(10)
          Origin.codec().encode(obj.origin, w)
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.sequence)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          sequence: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.origin = Origin.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.origin
              })
              break
            }
            case 2: {
              obj.sequence = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Origin.codec().stream(reader, reader.uint32(), `${prefix}.origin`, {
                limits: opts.limits?.origin
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HeadOriginNodeFieldEvent {
    field: '$.origin.node'
    value: string
  }

  export interface HeadOriginEpochFieldEvent {
    field: '$.origin.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HeadSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export function encode (obj: Partial<Head>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Head.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Head>): Head {
    return decodeMessage(buf, Head.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Head>): Generator<HeadOriginNodeFieldEvent | HeadOriginEpochFieldEvent | HeadSequenceFieldEvent> {
    return streamMessage(buf, Head.codec(), opts)
  }
}

export interface Vector {
  entries: VectorEntry[]
  reply: boolean
  more: boolean
  leftOutMs?: number
}

export namespace Vector {
  let _codec: Codec<Vector>

  export const codec = (): Codec<Vector> => {
    if (_codec == null) {
      _codec = message<Vector>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.entries != null && obj.entries.length > 0) {
          for (const value of obj.entries) {
            w.uint32(10)
            VectorEntry.codec().encode(value, w)
          }
        }

        if ((obj.reply != null && obj.reply !== false)) {
          w.uint32(16)
          w.bool(obj.reply)
        }

        if ((obj.more != null && obj.more !== false)) {
          w.uint32(24)
          w.bool(obj.more)
        }

        if (obj.leftOutMs != null) {
          w.uint32(32)
          w.uint64Number(obj.leftOutMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          entries: [],
          reply: false,
          more: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.entries != null && obj.entries.length === opts.limits.entries) {
                throw new MaxLengthError('Decode error - repeated field "entries" had too many elements')
              }

              if (obj.entries.length === 4096) {
                throw new MaxLengthError('Decode error - repeated field "entries" had too many elements')
              }

              obj.entries.push(VectorEntry.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.entries$
              }))
              break
            }
            case 2: {
              obj.reply = reader.bool()
              break
            }
            case 3: {
              obj.more = reader.bool()
              break
            }
            case 4: {
              obj.leftOutMs = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          entries: 4096
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.entries != null && obj.entries === opts.limits.entries) {
                throw new MaxLengthError('Streaming decode error - repeated field "entries" had too many elements')
              }

              if (obj.entries === 4096) {
                throw new MaxLengthError('Streaming decode error - repeated field "entries" had too many elements')
              }

              for (const evt of VectorEntry.codec().stream(reader, reader.uint32(), `${prefix}.entries[]`, {
                limits: opts.limits?.entries$
              })) {
                yield {
                  ...evt,
                  index: obj.entries
                }
              }

              obj.entries++

              break
            }
            case 2: {
              yield {
                field: `${prefix}.reply`,
                value: reader.bool()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.more`,
                value: reader.bool()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.leftOutMs`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface VectorEntriesOriginNodeFieldEvent {
    field: '$.entries[].origin.node'
    value: string
    index: number
  }

  export interface VectorEntriesOriginEpochFieldEvent {
    field: '$.entries[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface VectorEntriesContiguousFieldEvent {
    field: '$.entries[].contiguous'
    value: number
    index: number
  }

  export interface VectorEntriesAboveFieldEvent {
    field: '$.entries[].above[]'
    index: number
    value: number
  }

  export interface VectorEntriesSilentMsFieldEvent {
    field: '$.entries[].silentMs'
    value: number
    index: number
  }

  export interface VectorReplyFieldEvent {
    field: '$.reply'
    value: boolean
  }

  export interface VectorMoreFieldEvent {
    field: '$.more'
    value: boolean
  }

  export interface VectorLeftOutMsFieldEvent {
    field: '$.leftOutMs'
    value: number
  }

  export function encode (obj: Partial<Vector>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Vector.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Vector>): Vector {
    return decodeMessage(buf, Vector.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Vector>): Generator<VectorEntriesOriginNodeFieldEvent | VectorEntriesOriginEpochFieldEvent | VectorEntriesContiguousFieldEvent | VectorEntriesAboveFieldEvent | VectorEntriesSilentMsFieldEvent | VectorReplyFieldEvent | VectorMoreFieldEvent | VectorLeftOutMsFieldEvent> {
    return streamMessage(buf, Vector.codec(), opts)
  }
}

export interface VectorEntry {
  origin?: Origin
  contiguous: number
  above: number[]
  silentMs: number
}

export namespace VectorEntry {
  let _codec: Codec<VectorEntry>

  export const codec = (): Codec<VectorEntry> => {
    if (_codec == null) {
      _codec = message<VectorEntry>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.origin != null) {
          w.uint32(10)
          Origin.codec().encode(obj.origin, w)
        }

        if ((obj.contiguous != null && obj.contiguous !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.contiguous)
        }

        if (obj.above != null && obj.above.length > 0) {
          for (const value of obj.above) {
            w.uint32(24)
            w.uint64Number(value)
          }
        }

        if ((obj.silentMs != null && obj.silentMs !== 0)) {
          w.uint32(32)
          w.uint64Number(obj.silentMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          contiguous: 0,
          above: [],
          silentMs: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.origin = Origin.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.origin
              })
              break
            }
            case 2: {
              obj.contiguous = reader.uint64Number()
              break
            }
            case 3: {
              if (opts.limits?.above != null && obj.above.length === opts.limits.above) {
                throw new MaxLengthError('Decode error - repeated field "above" had too many elements')
              }

              if (obj.above.length === 128) {
                throw new MaxLengthError('Decode error - repeated field "above" had too many elements')
              }

              obj.above.push(reader.uint64Number())
              break
            }
            case 4: {
              obj.silentMs = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          above: 128
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Origin.codec().stream(reader, reader.uint32(), `${prefix}.origin`, {
                limits: opts.limits?.origin
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.contiguous`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              if (opts.limits?.above != null && obj.above === opts.limits.above) {
                throw new MaxLengthError('Streaming decode error - repeated field "above" had too many elements')
              }

              if (obj.above === 128) {
                throw new MaxLengthError('Streaming decode error - repeated field "above" had too many elements')
              }

              yield {
                field: `${prefix}.above[]`,
                index: obj.above,
                value: reader.uint64Number()
              }

              obj.above++

              break
            }
            case 4: {
              yield {
                field: `${prefix}.silentMs`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface VectorEntryOriginNodeFieldEvent {
    field: '$.origin.node'
    value: string
  }

  export interface VectorEntryOriginEpochFieldEvent {
    field: '$.origin.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface VectorEntryContiguousFieldEvent {
    field: '$.contiguous'
    value: number
  }

  export interface VectorEntryAboveFieldEvent {
    field: '$.above[]'
    index: number
    value: number
  }

  export interface VectorEntrySilentMsFieldEvent {
    field: '$.silentMs'
    value: number
  }

  export function encode (obj: Partial<VectorEntry>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, VectorEntry.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<VectorEntry>): VectorEntry {
    return decodeMessage(buf, VectorEntry.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<VectorEntry>): Generator<VectorEntryOriginNodeFieldEvent | VectorEntryOriginEpochFieldEvent | VectorEntryContiguousFieldEvent | VectorEntryAboveFieldEvent | VectorEntrySilentMsFieldEvent> {
    return streamMessage(buf, VectorEntry.codec(), opts)
  }
}

export interface Sketch {
  cells: Uint8Array<ArrayBuffer>
  origins: number
  leftOutMs?: number
}

export namespace Sketch {
  let _codec: Codec<Sketch>

  export const codec = (): Codec<Sketch> => {
    if (_codec == null) {
      _codec = message<Sketch>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.cells != null && obj.cells.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.cells)
        }

        if ((obj.origins != null && obj.origins !== 0)) {
          w.uint32(16)
          w.uint32(obj.origins)
        }

        if (obj.leftOutMs != null) {
          w.uint32(24)
          w.uint64Number(obj.leftOutMs)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          cells: uint8ArrayAlloc(0),
          origins: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.cells = reader.bytes()
              break
            }
            case 2: {
              obj.origins = reader.uint32()
              break
            }
            case 3: {
              obj.leftOutMs = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.cells`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.origins`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.leftOutMs`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface SketchCellsFieldEvent {
    field: '$.cells'
    value: Uint8Array<ArrayBuffer>
  }

  export interface SketchOriginsFieldEvent {
    field: '$.origins'
    value: number
  }

  export interface SketchLeftOutMsFieldEvent {
    field: '$.leftOutMs'
    value: number
  }

  export function encode (obj: Partial<Sketch>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Sketch.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Sketch>): Sketch {
    return decodeMessage(buf, Sketch.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Sketch>): Generator<SketchCellsFieldEvent | SketchOriginsFieldEvent | SketchLeftOutMsFieldEvent> {
    return streamMessage(buf, Sketch.codec(), opts)
  }
}

export interface SketchRequest {
  cells: number
}

export namespace SketchRequest {
  let _codec: Codec<SketchRequest>

  export const codec = (): Codec<SketchRequest> => {
    if (_codec == null) {
      _codec = message<SketchRequest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.cells != null && obj.cells !== 0)) {
          w.uint32(8)
          w.uint32(obj.cells)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          cells: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.cells = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.cells`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface SketchRequestCellsFieldEvent {
    field: '$.cells'
    value: number
  }

  export function encode (obj: Partial<SketchRequest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, SketchRequest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SketchRequest>): SketchRequest {
    return decodeMessage(buf, SketchRequest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<SketchRequest>): Generator<SketchRequestCellsFieldEvent> {
    return streamMessage(buf, SketchRequest.codec(), opts)
  }
}

export interface Difference {
  entries: VectorEntry[]
  wanted: number[]
}

export namespace Difference {
  let _codec: Codec<Difference>

  export const codec = (): Codec<Difference> => {
    if (_codec == null) {
      _codec = message<Difference>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.entries != null && obj.entries.length > 0) {
          for (const value of obj.entries) {
            w.uint32(10)
            VectorEntry.codec().encode(value, w)
          }
        }

        if (obj.wanted != null && obj.wanted.length > 0) {
          for (const value of obj.wanted) {
            w.uint32(16)
            w.uint64Number(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          entries: [],
          wanted: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.entries != null && obj.entries.length === opts.limits.entries) {
                throw new MaxLengthError('Decode error - repeated field "entries" had too many elements')
              }

              if (obj.entries.length === 4096) {
                throw new MaxLengthError('Decode error - repeated field "entries" had too many elements')
              }

              obj.entries.push(VectorEntry.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.entries$
              }))
              break
            }
            case 2: {
              if (opts.limits?.wanted != null && obj.wanted.length === opts.limits.wanted) {
                throw new MaxLengthError('Decode error - repeated field "wanted" had too many elements')
              }

              if (obj.wanted.length === 4096) {
                throw new MaxLengthError('Decode error - repeated field "wanted" had too many elements')
              }

              obj.wanted.push(reader.uint64Number())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          entries: 4096,
          wanted: 4096
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.entries != null && obj.entries === opts.limits.entries) {
                throw new MaxLengthError('Streaming decode error - repeated field "entries" had too many elements')
              }

              if (obj.entries === 4096) {
                throw new MaxLengthError('Streaming decode error - repeated field "entries" had too many elements')
              }

              for (const evt of VectorEntry.codec().stream(reader, reader.uint32(), `${prefix}.entries[]`, {
                limits: opts.limits?.entries$
              })) {
                yield {
                  ...evt,
                  index: obj.entries
                }
              }

              obj.entries++

              break
            }
            case 2: {
              if (opts.limits?.wanted != null && obj.wanted === opts.limits.wanted) {
                throw new MaxLengthError('Streaming decode error - repeated field "wanted" had too many elements')
              }

              if (obj.wanted === 4096) {
                throw new MaxLengthError('Streaming decode error - repeated field "wanted" had too many elements')
              }

              yield {
                field: `${prefix}.wanted[]`,
                index: obj.wanted,
                value: reader.uint64Number()
              }

              obj.wanted++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface DifferenceEntriesOriginNodeFieldEvent {
    field: '$.entries[].origin.node'
    value: string
    index: number
  }

  export interface DifferenceEntriesOriginEpochFieldEvent {
    field: '$.entries[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface DifferenceEntriesContiguousFieldEvent {
    field: '$.entries[].contiguous'
    value: number
    index: number
  }

  export interface DifferenceEntriesAboveFieldEvent {
    field: '$.entries[].above[]'
    index: number
    value: number
  }

  export interface DifferenceEntriesSilentMsFieldEvent {
    field: '$.entries[].silentMs'
    value: number
    index: number
  }

  export interface DifferenceWantedFieldEvent {
    field: '$.wanted[]'
    index: number
    value: number
  }

  export function encode (obj: Partial<Difference>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Difference.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Difference>): Difference {
    return decodeMessage(buf, Difference.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Difference>): Generator<DifferenceEntriesOriginNodeFieldEvent | DifferenceEntriesOriginEpochFieldEvent | DifferenceEntriesContiguousFieldEvent | DifferenceEntriesAboveFieldEvent | DifferenceEntriesSilentMsFieldEvent | DifferenceWantedFieldEvent> {
    return streamMessage(buf, Difference.codec(), opts)
  }
}

export interface Ranges {
  ranges: Range[]
}

export namespace Ranges {
  let _codec: Codec<Ranges>

  export const codec = (): Codec<Ranges> => {
    if (_codec == null) {
      _codec = message<Ranges>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.ranges != null && obj.ranges.length > 0) {
          for (const value of obj.ranges) {
            w.uint32(10)
            Range.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          ranges: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.ranges != null && obj.ranges.length === opts.limits.ranges) {
                throw new MaxLengthError('Decode error - repeated field "ranges" had too many elements')
              }

              if (obj.ranges.length === 1024) {
                throw new MaxLengthError('Decode error - repeated field "ranges" had too many elements')
              }

              obj.ranges.push(Range.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.ranges$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          ranges: 1024
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.ranges != null && obj.ranges === opts.limits.ranges) {
                throw new MaxLengthError('Streaming decode error - repeated field "ranges" had too many elements')
              }

              if (obj.ranges === 1024) {
                throw new MaxLengthError('Streaming decode error - repeated field "ranges" had too many elements')
              }

              for (const evt of Range.codec().stream(reader, reader.uint32(), `${prefix}.ranges[]`, {
                limits: opts.limits?.ranges$
              })) {
                yield {
                  ...evt,
                  index: obj.ranges
                }
              }

              obj.ranges++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RangesRangesOriginNodeFieldEvent {
    field: '$.ranges[].origin.node'
    value: string
    index: number
  }

  export interface RangesRangesOriginEpochFieldEvent {
    field: '$.ranges[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface RangesRangesFromFieldEvent {
    field: '$.ranges[].from'
    value: number
    index: number
  }

  export interface RangesRangesToFieldEvent {
    field: '$.ranges[].to'
    value: number
    index: number
  }

  export function encode (obj: Partial<Ranges>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Ranges.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ranges>): Ranges {
    return decodeMessage(buf, Ranges.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Ranges>): Generator<RangesRangesOriginNodeFieldEvent | RangesRangesOriginEpochFieldEvent | RangesRangesFromFieldEvent | RangesRangesToFieldEvent> {
    return streamMessage(buf, Ranges.codec(), opts)
  }
}

export interface Range {
  origin?: Origin
  from: number
  to: number
}

export namespace Range {
  let _codec: Codec<Range>

  export const codec = (): Codec<Range> => {
    if (_codec == null) {
      _codec = message<Range>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.origin != null) {
          w.uint32(10)
          Origin.codec().encode(obj.origin, w)
        }

        if ((obj.from != null && obj.from !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.from)
        }

        if ((obj.to != null && obj.to !== 0)) {
          w.uint32(24)
          w.uint64Number(obj.to)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          from: 0,
          to: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.origin = Origin.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.origin
              })
              break
            }
            case 2: {
              obj.from = reader.uint64Number()
              break
            }
            case 3: {
              obj.to = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Origin.codec().stream(reader, reader.uint32(), `${prefix}.origin`, {
                limits: opts.limits?.origin
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.from`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.to`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RangeOriginNodeFieldEvent {
    field: '$.origin.node'
    value: string
  }

  export interface RangeOriginEpochFieldEvent {
    field: '$.origin.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RangeFromFieldEvent {
    field: '$.from'
    value: number
  }

  export interface RangeToFieldEvent {
    field: '$.to'
    value: number
  }

  export function encode (obj: Partial<Range>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Range.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Range>): Range {
    return decodeMessage(buf, Range.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Range>): Generator<RangeOriginNodeFieldEvent | RangeOriginEpochFieldEvent | RangeFromFieldEvent | RangeToFieldEvent> {
    return streamMessage(buf, Range.codec(), opts)
  }
}

export interface Leave {}

export namespace Leave {
  let _codec: Codec<Leave>

  export const codec = (): Codec<Leave> => {
    if (_codec == null) {
      _codec = message<Leave>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export function encode (obj: Partial<Leave>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Leave.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Leave>): Leave {
    return decodeMessage(buf, Leave.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Leave>): Generator<{}> {
    return streamMessage(buf, Leave.codec(), opts)
  }
}

export interface MemberUpdate {
  origin?: Origin
  incarnation: number
  state: number
  addresses: string[]
  metadata: MetadataEntry[]
  by?: Origin
  evidence?: number
}

export namespace MemberUpdate {
  let _codec: Codec<MemberUpdate>

  export const codec = (): Codec<MemberUpdate> => {
    if (_codec == null) {
      _codec = message<MemberUpdate>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.origin != null) {
          w.uint32(10)
          Origin.codec().encode(obj.origin, w)
        }

        if ((obj.incarnation != null && obj.incarnation !== 0)) {
          w.uint32(16)
          w.uint32(obj.incarnation)
        }

        if ((obj.state != null && obj.state !== 0)) {
          w.uint32(24)
          w.uint32(obj.state)
        }

        if (obj.addresses != null && obj.addresses.length > 0) {
          for (const value of obj.addresses) {
            w.uint32(34)
            w.string(value)
          }
        }

        if (obj.metadata != null && obj.metadata.length > 0) {
          for (const value of obj.metadata) {
            w.uint32(42)
            MetadataEntry.codec().encode(value, w)
          }
        }

        if (obj.by != null) {
          w.uint32(50)
          Origin.codec().encode(obj.by, w)
        }

        if (obj.evidence != null) {
          w.uint32(56)
          w.uint32(obj.evidence)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          incarnation: 0,
          state: 0,
          addresses: [],
          metadata: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.origin = Origin.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.origin
              })
              break
            }
            case 2: {
              obj.incarnation = reader.uint32()
              break
            }
            case 3: {
              obj.state = reader.uint32()
              break
            }
            case 4: {
              if (opts.limits?.addresses != null && obj.addresses.length === opts.limits.addresses) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements')
              }

              if (obj.addresses.length === 16) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements')
              }

              obj.addresses.push(reader.string())
              break
            }
            case 5: {
              if (opts.limits?.metadata != null && obj.metadata.length === opts.limits.metadata) {
                throw new MaxLengthError('Decode error - repeated field "metadata" had too many elements')
              }

              if (obj.metadata.length === 16) {
                throw new MaxLengthError('Decode error - repeated field "metadata" had too many elements')
              }

              obj.metadata.push(MetadataEntry.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.metadata$
              }))
              break
            }
            case 6: {
              obj.by = Origin.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.by
              })
              break
            }
            case 7: {
              obj.evidence = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          addresses: 16,
          metadata: 16
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Origin.codec().stream(reader, reader.uint32(), `${prefix}.origin`, {
                limits: opts.limits?.origin
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.incarnation`,
                value: reader.uint32()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.state`,
                value: reader.uint32()
              }
              break
            }
            case 4: {
              if (opts.limits?.addresses != null && obj.addresses === opts.limits.addresses) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements')
              }

              if (obj.addresses === 16) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements')
              }

              yield {
                field: `${prefix}.addresses[]`,
                index: obj.addresses,
                value: reader.string()
              }

              obj.addresses++

              break
            }
            case 5: {
              if (opts.limits?.metadata != null && obj.metadata === opts.limits.metadata) {
                throw new MaxLengthError('Streaming decode error - repeated field "metadata" had too many elements')
              }

              if (obj.metadata === 16) {
                throw new MaxLengthError('Streaming decode error - repeated field "metadata" had too many elements')
              }

              for (const evt of MetadataEntry.codec().stream(reader, reader.uint32(), `${prefix}.metadata[]`, {
                limits: opts.limits?.metadata$
              })) {
                yield {
                  ...evt,
                  index: obj.metadata
                }
              }

              obj.metadata++

              break
            }
            case 6: {
              yield * Origin.codec().stream(reader, reader.uint32(), `${prefix}.by`, {
                limits: opts.limits?.by
              })

              break
            }
            case 7: {
              yield {
                field: `${prefix}.evidence`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface MemberUpdateOriginNodeFieldEvent {
    field: '$.origin.node'
    value: string
  }

  export interface MemberUpdateOriginEpochFieldEvent {
    field: '$.origin.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MemberUpdateIncarnationFieldEvent {
    field: '$.incarnation'
    value: number
  }

  export interface MemberUpdateStateFieldEvent {
    field: '$.state'
    value: number
  }

  export interface MemberUpdateAddressesFieldEvent {
    field: '$.addresses[]'
    index: number
    value: string
  }

  export interface MemberUpdateMetadataKeyFieldEvent {
    field: '$.metadata[].key'
    value: string
    index: number
  }

  export interface MemberUpdateMetadataValueFieldEvent {
    field: '$.metadata[].value'
    value: string
    index: number
  }

  export interface MemberUpdateByNodeFieldEvent {
    field: '$.by.node'
    value: string
  }

  export interface MemberUpdateByEpochFieldEvent {
    field: '$.by.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface MemberUpdateEvidenceFieldEvent {
    field: '$.evidence'
    value: number
  }

  export function encode (obj: Partial<MemberUpdate>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, MemberUpdate.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<MemberUpdate>): MemberUpdate {
    return decodeMessage(buf, MemberUpdate.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<MemberUpdate>): Generator<MemberUpdateOriginNodeFieldEvent | MemberUpdateOriginEpochFieldEvent | MemberUpdateIncarnationFieldEvent | MemberUpdateStateFieldEvent | MemberUpdateAddressesFieldEvent | MemberUpdateMetadataKeyFieldEvent | MemberUpdateMetadataValueFieldEvent | MemberUpdateByNodeFieldEvent | MemberUpdateByEpochFieldEvent | MemberUpdateEvidenceFieldEvent> {
    return streamMessage(buf, MemberUpdate.codec(), opts)
  }
}

export interface MetadataEntry {
  key: string
  value: string
}

export namespace MetadataEntry {
  let _codec: Codec<MetadataEntry>

  export const codec = (): Codec<MetadataEntry> => {
    if (_codec == null) {
      _codec = message<MetadataEntry>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.key != null && obj.key !== '')) {
          w.uint32(10)
          w.string(obj.key)
        }

        if ((obj.value != null && obj.value !== '')) {
          w.uint32(18)
          w.string(obj.value)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          key: '',
          value: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.key = reader.string()
              break
            }
            case 2: {
              obj.value = reader.string()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.key`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.value`,
                value: reader.string()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface MetadataEntryKeyFieldEvent {
    field: '$.key'
    value: string
  }

  export interface MetadataEntryValueFieldEvent {
    field: '$.value'
    value: string
  }

  export function encode (obj: Partial<MetadataEntry>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, MetadataEntry.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<MetadataEntry>): MetadataEntry {
    return decodeMessage(buf, MetadataEntry.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<MetadataEntry>): Generator<MetadataEntryKeyFieldEvent | MetadataEntryValueFieldEvent> {
    return streamMessage(buf, MetadataEntry.codec(), opts)
  }
}

export interface PingRequest {
  sequence: number
  target?: Origin
  updates: MemberUpdate[]
}

export namespace PingRequest {
  let _codec: Codec<PingRequest>

  export const codec = (): Codec<PingRequest> => {
    if (_codec == null) {
      _codec = message<PingRequest>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.sequence)
        }

        if (obj.target != null) {
          w.uint32(18)
          Origin.codec().encode(obj.target, w)
        }

        if (obj.updates != null && obj.updates.length > 0) {
          for (const value of obj.updates) {
            w.uint32(26)
            MemberUpdate.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          sequence: 0,
          updates: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.sequence = reader.uint64Number()
              break
            }
            case 2: {
              obj.target = Origin.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.target
              })
              break
            }
            case 3: {
              if (opts.limits?.updates != null && obj.updates.length === opts.limits.updates) {
                throw new MaxLengthError('Decode error - repeated field "updates" had too many elements')
              }

              if (obj.updates.length === 64) {
                throw new MaxLengthError('Decode error - repeated field "updates" had too many elements')
              }

              obj.updates.push(MemberUpdate.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.updates$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          updates: 64
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield * Origin.codec().stream(reader, reader.uint32(), `${prefix}.target`, {
                limits: opts.limits?.target
              })

              break
            }
            case 3: {
              if (opts.limits?.updates != null && obj.updates === opts.limits.updates) {
                throw new MaxLengthError('Streaming decode error - repeated field "updates" had too many elements')
              }

              if (obj.updates === 64) {
                throw new MaxLengthError('Streaming decode error - repeated field "updates" had too many elements')
              }

              for (const evt of MemberUpdate.codec().stream(reader, reader.uint32(), `${prefix}.updates[]`, {
                limits: opts.limits?.updates$
              })) {
                yield {
                  ...evt,
                  index: obj.updates
                }
              }

              obj.updates++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface PingRequestSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export interface PingRequestTargetNodeFieldEvent {
    field: '$.target.node'
    value: string
  }

  export interface PingRequestTargetEpochFieldEvent {
    field: '$.target.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface PingRequestUpdatesOriginNodeFieldEvent {
    field: '$.updates[].origin.node'
    value: string
    index: number
  }

  export interface PingRequestUpdatesOriginEpochFieldEvent {
    field: '$.updates[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface PingRequestUpdatesIncarnationFieldEvent {
    field: '$.updates[].incarnation'
    value: number
    index: number
  }

  export interface PingRequestUpdatesStateFieldEvent {
    field: '$.updates[].state'
    value: number
    index: number
  }

  export interface PingRequestUpdatesAddressesFieldEvent {
    field: '$.updates[].addresses[]'
    index: number
    value: string
  }

  export interface PingRequestUpdatesMetadataKeyFieldEvent {
    field: '$.updates[].metadata[].key'
    value: string
    index: number
  }

  export interface PingRequestUpdatesMetadataValueFieldEvent {
    field: '$.updates[].metadata[].value'
    value: string
    index: number
  }

  export interface PingRequestUpdatesByNodeFieldEvent {
    field: '$.updates[].by.node'
    value: string
    index: number
  }

  export interface PingRequestUpdatesByEpochFieldEvent {
    field: '$.updates[].by.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface PingRequestUpdatesEvidenceFieldEvent {
    field: '$.updates[].evidence'
    value: number
    index: number
  }

  export function encode (obj: Partial<PingRequest>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, PingRequest.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<PingRequest>): PingRequest {
    return decodeMessage(buf, PingRequest.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<PingRequest>): Generator<PingRequestSequenceFieldEvent | PingRequestTargetNodeFieldEvent | PingRequestTargetEpochFieldEvent | PingRequestUpdatesOriginNodeFieldEvent | PingRequestUpdatesOriginEpochFieldEvent | PingRequestUpdatesIncarnationFieldEvent | PingRequestUpdatesStateFieldEvent | PingRequestUpdatesAddressesFieldEvent | PingRequestUpdatesMetadataKeyFieldEvent | PingRequestUpdatesMetadataValueFieldEvent | PingRequestUpdatesByNodeFieldEvent | PingRequestUpdatesByEpochFieldEvent | PingRequestUpdatesEvidenceFieldEvent> {
    return streamMessage(buf, PingRequest.codec(), opts)
  }
}

export interface PingResult {
  sequence: number
  target?: Origin
  acked: boolean
  updates: MemberUpdate[]
}

export namespace PingResult {
  let _codec: Codec<PingResult>

  export const codec = (): Codec<PingResult> => {
    if (_codec == null) {
      _codec = message<PingResult>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.sequence != null && obj.sequence !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.sequence)
        }

        if (obj.target != null) {
          w.uint32(18)
          Origin.codec().encode(obj.target, w)
        }

        if ((obj.acked != null && obj.acked !== false)) {
          w.uint32(24)
          w.bool(obj.acked)
        }

        if (obj.updates != null && obj.updates.length > 0) {
          for (const value of obj.updates) {
            w.uint32(34)
            MemberUpdate.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          sequence: 0,
          acked: false,
          updates: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.sequence = reader.uint64Number()
              break
            }
            case 2: {
              obj.target = Origin.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.target
              })
              break
            }
            case 3: {
              obj.acked = reader.bool()
              break
            }
            case 4: {
              if (opts.limits?.updates != null && obj.updates.length === opts.limits.updates) {
                throw new MaxLengthError('Decode error - repeated field "updates" had too many elements')
              }

              if (obj.updates.length === 64) {
                throw new MaxLengthError('Decode error - repeated field "updates" had too many elements')
              }

              obj.updates.push(MemberUpdate.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.updates$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          updates: 64
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.sequence`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield * Origin.codec().stream(reader, reader.uint32(), `${prefix}.target`, {
                limits: opts.limits?.target
              })

              break
            }
            case 3: {
              yield {
                field: `${prefix}.acked`,
                value: reader.bool()
              }
              break
            }
            case 4: {
              if (opts.limits?.updates != null && obj.updates === opts.limits.updates) {
                throw new MaxLengthError('Streaming decode error - repeated field "updates" had too many elements')
              }

              if (obj.updates === 64) {
                throw new MaxLengthError('Streaming decode error - repeated field "updates" had too many elements')
              }

              for (const evt of MemberUpdate.codec().stream(reader, reader.uint32(), `${prefix}.updates[]`, {
                limits: opts.limits?.updates$
              })) {
                yield {
                  ...evt,
                  index: obj.updates
                }
              }

              obj.updates++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface PingResultSequenceFieldEvent {
    field: '$.sequence'
    value: number
  }

  export interface PingResultTargetNodeFieldEvent {
    field: '$.target.node'
    value: string
  }

  export interface PingResultTargetEpochFieldEvent {
    field: '$.target.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface PingResultAckedFieldEvent {
    field: '$.acked'
    value: boolean
  }

  export interface PingResultUpdatesOriginNodeFieldEvent {
    field: '$.updates[].origin.node'
    value: string
    index: number
  }

  export interface PingResultUpdatesOriginEpochFieldEvent {
    field: '$.updates[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface PingResultUpdatesIncarnationFieldEvent {
    field: '$.updates[].incarnation'
    value: number
    index: number
  }

  export interface PingResultUpdatesStateFieldEvent {
    field: '$.updates[].state'
    value: number
    index: number
  }

  export interface PingResultUpdatesAddressesFieldEvent {
    field: '$.updates[].addresses[]'
    index: number
    value: string
  }

  export interface PingResultUpdatesMetadataKeyFieldEvent {
    field: '$.updates[].metadata[].key'
    value: string
    index: number
  }

  export interface PingResultUpdatesMetadataValueFieldEvent {
    field: '$.updates[].metadata[].value'
    value: string
    index: number
  }

  export interface PingResultUpdatesByNodeFieldEvent {
    field: '$.updates[].by.node'
    value: string
    index: number
  }

  export interface PingResultUpdatesByEpochFieldEvent {
    field: '$.updates[].by.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface PingResultUpdatesEvidenceFieldEvent {
    field: '$.updates[].evidence'
    value: number
    index: number
  }

  export function encode (obj: Partial<PingResult>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, PingResult.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<PingResult>): PingResult {
    return decodeMessage(buf, PingResult.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<PingResult>): Generator<PingResultSequenceFieldEvent | PingResultTargetNodeFieldEvent | PingResultTargetEpochFieldEvent | PingResultAckedFieldEvent | PingResultUpdatesOriginNodeFieldEvent | PingResultUpdatesOriginEpochFieldEvent | PingResultUpdatesIncarnationFieldEvent | PingResultUpdatesStateFieldEvent | PingResultUpdatesAddressesFieldEvent | PingResultUpdatesMetadataKeyFieldEvent | PingResultUpdatesMetadataValueFieldEvent | PingResultUpdatesByNodeFieldEvent | PingResultUpdatesByEpochFieldEvent | PingResultUpdatesEvidenceFieldEvent> {
    return streamMessage(buf, PingResult.codec(), opts)
  }
}

export interface Members {
  members: MemberUpdate[]
  reply: boolean
}

export namespace Members {
  let _codec: Codec<Members>

  export const codec = (): Codec<Members> => {
    if (_codec == null) {
      _codec = message<Members>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.members != null && obj.members.length > 0) {
          for (const value of obj.members) {
            w.uint32(10)
            MemberUpdate.codec().encode(value, w)
          }
        }

        if ((obj.reply != null && obj.reply !== false)) {
          w.uint32(16)
          w.bool(obj.reply)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          members: [],
          reply: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.members != null && obj.members.length === opts.limits.members) {
                throw new MaxLengthError('Decode error - repeated field "members" had too many elements')
              }

              if (obj.members.length === 1024) {
                throw new MaxLengthError('Decode error - repeated field "members" had too many elements')
              }

              obj.members.push(MemberUpdate.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.members$
              }))
              break
            }
            case 2: {
              obj.reply = reader.bool()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          members: 1024
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.members != null && obj.members === opts.limits.members) {
                throw new MaxLengthError('Streaming decode error - repeated field "members" had too many elements')
              }

              if (obj.members === 1024) {
                throw new MaxLengthError('Streaming decode error - repeated field "members" had too many elements')
              }

              for (const evt of MemberUpdate.codec().stream(reader, reader.uint32(), `${prefix}.members[]`, {
                limits: opts.limits?.members$
              })) {
                yield {
                  ...evt,
                  index: obj.members
                }
              }

              obj.members++

              break
            }
            case 2: {
              yield {
                field: `${prefix}.reply`,
                value: reader.bool()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface MembersMembersOriginNodeFieldEvent {
    field: '$.members[].origin.node'
    value: string
    index: number
  }

  export interface MembersMembersOriginEpochFieldEvent {
    field: '$.members[].origin.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MembersMembersIncarnationFieldEvent {
    field: '$.members[].incarnation'
    value: number
    index: number
  }

  export interface MembersMembersStateFieldEvent {
    field: '$.members[].state'
    value: number
    index: number
  }

  export interface MembersMembersAddressesFieldEvent {
    field: '$.members[].addresses[]'
    index: number
    value: string
  }

  export interface MembersMembersMetadataKeyFieldEvent {
    field: '$.members[].metadata[].key'
    value: string
    index: number
  }

  export interface MembersMembersMetadataValueFieldEvent {
    field: '$.members[].metadata[].value'
    value: string
    index: number
  }

  export interface MembersMembersByNodeFieldEvent {
    field: '$.members[].by.node'
    value: string
    index: number
  }

  export interface MembersMembersByEpochFieldEvent {
    field: '$.members[].by.epoch'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface MembersMembersEvidenceFieldEvent {
    field: '$.members[].evidence'
    value: number
    index: number
  }

  export interface MembersReplyFieldEvent {
    field: '$.reply'
    value: boolean
  }

  export function encode (obj: Partial<Members>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Members.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Members>): Members {
    return decodeMessage(buf, Members.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Members>): Generator<MembersMembersOriginNodeFieldEvent | MembersMembersOriginEpochFieldEvent | MembersMembersIncarnationFieldEvent | MembersMembersStateFieldEvent | MembersMembersAddressesFieldEvent | MembersMembersMetadataKeyFieldEvent | MembersMembersMetadataValueFieldEvent | MembersMembersByNodeFieldEvent | MembersMembersByEpochFieldEvent | MembersMembersEvidenceFieldEvent | MembersReplyFieldEvent> {
    return streamMessage(buf, Members.codec(), opts)
  }
}

export interface AskFrame {
  question?: Question
  answer?: Answer
  noAnswer?: NoAnswer
  cancel?: Cancel
}

export namespace AskFrame {
  let _codec: Codec<AskFrame>

  export const codec = (): Codec<AskFrame> => {
    if (_codec == null) {
      _codec = message<AskFrame>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.cancel != null) {
          obj.noAnswer = undefined
          obj.answer = undefined
          obj.question = undefined
        }

        if (obj.noAnswer != null) {
          obj.cancel = undefined
          obj.answer = undefined
          obj.question = undefined
        }

        if (obj.answer != null) {
          obj.cancel = undefined
          obj.noAnswer = undefined
          obj.question = undefined
        }

        if (obj.question != null) {
          obj.cancel = undefined
          obj.noAnswer = undefined
          obj.answer = undefined
        }

        if (obj.question != null) {
          w.uint32(10)
          Question.codec().encode(obj.question, w)
        }

        if (obj.answer != null) {
          w.uint32(18)
          Answer.codec().encode(obj.answer, w)
        }

        if (obj.noAnswer != null) {
          w.uint32(26)
          NoAnswer.codec().encode(obj.noAnswer, w)
        }

        if (obj.cancel != null) {
          w.uint32(34)
          Cancel.codec().encode(obj.cancel, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.question = Question.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.question
              })
              break
            }
            case 2: {
              obj.answer = Answer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.answer
              })
              break
            }
            case 3: {
              obj.noAnswer = NoAnswer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.noAnswer
              })
              break
            }
            case 4: {
              obj.cancel = Cancel.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.cancel
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.cancel != null) {
          delete obj.noAnswer
          delete obj.answer
          delete obj.question
        }

        if (obj.noAnswer != null) {
          delete obj.cancel
          delete obj.answer
          delete obj.question
        }

        if (obj.answer != null) {
          delete obj.cancel
          delete obj.noAnswer
          delete obj.question
        }

        if (obj.question != null) {
          delete obj.cancel
          delete obj.noAnswer
          delete obj.answer
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Question.codec().stream(reader, reader.uint32(), `${prefix}.question`, {
                limits: opts.limits?.question
              })

              break
            }
            case 2: {
              yield * Answer.codec().stream(reader, reader.uint32(), `${prefix}.answer`, {
                limits: opts.limits?.answer
              })

              break
            }
            case 3: {
              yield * NoAnswer.codec().stream(reader, reader.uint32(), `${prefix}.noAnswer`, {
                limits: opts.limits?.noAnswer
              })

              break
            }
            case 4: {
              yield * Cancel.codec().stream(reader, reader.uint32(), `${prefix}.cancel`, {
                limits: opts.limits?.cancel
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AskFrameQuestionIdFieldEvent {
    field: '$.question.id'
    value: number
  }

  export interface AskFrameQuestionTopicFieldEvent {
    field: '$.question.topic'
    value: string
  }

  export interface AskFrameQuestionBodyFieldEvent {
    field: '$.question.body'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AskFrameAnswerIdFieldEvent {
    field: '$.answer.id'
    value: number
  }

  export interface AskFrameAnswerPartFieldEvent {
    field: '$.answer.part'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AskFrameAnswerMoreFieldEvent {
    field: '$.answer.more'
    value: boolean
  }

  export interface AskFrameNoAnswerIdFieldEvent {
    field: '$.noAnswer.id'
    value: number
  }

  export interface AskFrameNoAnswerReasonFieldEvent {
    field: '$.noAnswer.reason'
    value: number
  }

  export interface AskFrameCancelIdFieldEvent {
    field: '$.cancel.id'
    value: number
  }

  export function encode (obj: Partial<AskFrame>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, AskFrame.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<AskFrame>): AskFrame {
    return decodeMessage(buf, AskFrame.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<AskFrame>): Generator<AskFrameQuestionIdFieldEvent | AskFrameQuestionTopicFieldEvent | AskFrameQuestionBodyFieldEvent | AskFrameAnswerIdFieldEvent | AskFrameAnswerPartFieldEvent | AskFrameAnswerMoreFieldEvent | AskFrameNoAnswerIdFieldEvent | AskFrameNoAnswerReasonFieldEvent | AskFrameCancelIdFieldEvent> {
    return streamMessage(buf, AskFrame.codec(), opts)
  }
}

export interface Question {
  id: number
  topic: string
  body: Uint8Array<ArrayBuffer>
}

export namespace Question {
  let _codec: Codec<Question>

  export const codec = (): Codec<Question> => {
    if (_codec == null) {
      _codec = message<Question>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.id != null && obj.id !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.id)
        }

        if ((obj.topic != null && obj.topic !== '')) {
          w.uint32(18)
          w.string(obj.topic)
        }

        if ((obj.body != null && obj.body.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.body)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          id: 0,
          topic: '',
          body: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.id = reader.uint64Number()
              break
            }
            case 2: {
              obj.topic = reader.string()
              break
            }
            case 3: {
              obj.body = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.id`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.topic`,
                value: reader.string()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.body`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface QuestionIdFieldEvent {
    field: '$.id'
    value: number
  }

  export interface QuestionTopicFieldEvent {
    field: '$.topic'
    value: string
  }

  export interface QuestionBodyFieldEvent {
    field: '$.body'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Question>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Question.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Question>): Question {
    return decodeMessage(buf, Question.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Question>): Generator<QuestionIdFieldEvent | QuestionTopicFieldEvent | QuestionBodyFieldEvent> {
    return streamMessage(buf, Question.codec(), opts)
  }
}

export interface Answer {
  id: number
  part: Uint8Array<ArrayBuffer>
  more: boolean
}

export namespace Answer {
  let _codec: Codec<Answer>

  export const codec = (): Codec<Answer> => {
    if (_codec == null) {
      _codec = message<Answer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.id != null && obj.id !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.id)
        }

        if ((obj.part != null && obj.part.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.part)
        }

        if ((obj.more != null && obj.more !== false)) {
          w.uint32(24)
          w.bool(obj.more)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          id: 0,
          part: uint8ArrayAlloc(0),
          more: false
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.id = reader.uint64Number()
              break
            }
            case 2: {
              obj.part = reader.bytes()
              break
            }
            case 3: {
              obj.more = reader.bool()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.id`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.part`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.more`,
                value: reader.bool()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AnswerIdFieldEvent {
    field: '$.id'
    value: number
  }

  export interface AnswerPartFieldEvent {
    field: '$.part'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AnswerMoreFieldEvent {
    field: '$.more'
    value: boolean
  }

  export function encode (obj: Partial<Answer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Answer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Answer>): Answer {
    return decodeMessage(buf, Answer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Answer>): Generator<AnswerIdFieldEvent | AnswerPartFieldEvent | AnswerMoreFieldEvent> {
    return streamMessage(buf, Answer.codec(), opts)
  }
}

export interface NoAnswer {
  id: number
  reason: number
}

export namespace NoAnswer {
  let _codec: Codec<NoAnswer>

  export const codec = (): Codec<NoAnswer> => {
    if (_codec == null) {
      _codec = message<NoAnswer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.id != null && obj.id !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.id)
        }

        if ((obj.reason != null && obj.reason !== 0)) {
          w.uint32(16)
          w.uint32(obj.reason)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          id: 0,
          reason: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.id = reader.uint64Number()
              break
            }
            case 2: {
              obj.reason = reader.uint32()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.id`,
                value: reader.uint64Number()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.reason`,
                value: reader.uint32()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface NoAnswerIdFieldEvent {
    field: '$.id'
    value: number
  }

  export interface NoAnswerReasonFieldEvent {
    field: '$.reason'
    value: number
  }

  export function encode (obj: Partial<NoAnswer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, NoAnswer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<NoAnswer>): NoAnswer {
    return decodeMessage(buf, NoAnswer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<NoAnswer>): Generator<NoAnswerIdFieldEvent | NoAnswerReasonFieldEvent> {
    return streamMessage(buf, NoAnswer.codec(), opts)
  }
}

export interface Cancel {
  id: number
}

export namespace Cancel {
  let _codec: Codec<Cancel>

  export const codec = (): Codec<Cancel> => {
    if (_codec == null) {
      _codec = message<Cancel>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.id != null && obj.id !== 0)) {
          w.uint32(8)
          w.uint64Number(obj.id)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          id: 0
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.id = reader.uint64Number()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.id`,
                value: reader.uint64Number()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface CancelIdFieldEvent {
    field: '$.id'
    value: number
  }

  export function encode (obj: Partial<Cancel>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Cancel.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Cancel>): Cancel {
    return decodeMessage(buf, Cancel.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Cancel>): Generator<CancelIdFieldEvent> {
    return streamMessage(buf, Cancel.codec(), opts)
  }
}

export interface PollFrame {
  countersQuestion?: CountersQuestion
  countersAnswer?: CountersAnswer
}

export namespace PollFrame {
  let _codec: Codec<PollFrame>

  export const codec = (): Codec<PollFrame> => {
    if (_codec == null) {
      _codec = message<PollFrame>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.countersAnswer != null) {
          obj.countersQuestion = undefined
        }

        if (obj.countersQuestion != null) {
          obj.countersAnswer = undefined
        }

        if (obj.countersQuestion != null) {
          w.uint32(10)
          CountersQuestion.codec().encode(obj.countersQuestion, w)
        }

        if (obj.countersAnswer != null) {
          w.uint32(18)
          CountersAnswer.codec().encode(obj.countersAnswer, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.countersQuestion = CountersQuestion.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.countersQuestion
              })
              break
            }
            case 2: {
              obj.countersAnswer = CountersAnswer.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.countersAnswer
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.countersAnswer != null) {
          delete obj.countersQuestion
        }

        if (obj.countersQuestion != null) {
          delete obj.countersAnswer
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * CountersQuestion.codec().stream(reader, reader.uint32(), `${prefix}.countersQuestion`, {
                limits: opts.limits?.countersQuestion
              })

              break
            }
            case 2: {
              yield * CountersAnswer.codec().stream(reader, reader.uint32(), `${prefix}.countersAnswer`, {
                limits: opts.limits?.countersAnswer
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface PollFrameCountersQuestionScopesFieldEvent {
    field: '$.countersQuestion.scopes[]'
    index: number
    value: string
  }

  export interface PollFrameCountersAnswerLogIdFieldEvent {
    field: '$.countersAnswer.logId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface PollFrameCountersAnswerIncarnationFieldEvent {
    field: '$.countersAnswer.incarnation'
    value: string
  }

  export interface PollFrameCountersAnswerCountersScopeFieldEvent {
    field: '$.countersAnswer.counters[].scope'
    value: string
    index: number
  }

  export interface PollFrameCountersAnswerCountersVersionFieldEvent {
    field: '$.countersAnswer.counters[].version'
    value: number
    index: number
  }

  export interface PollFrameCountersAnswerCountersAppendIdFieldEvent {
    field: '$.countersAnswer.counters[].appendId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export function encode (obj: Partial<PollFrame>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, PollFrame.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<PollFrame>): PollFrame {
    return decodeMessage(buf, PollFrame.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<PollFrame>): Generator<PollFrameCountersQuestionScopesFieldEvent | PollFrameCountersAnswerLogIdFieldEvent | PollFrameCountersAnswerIncarnationFieldEvent | PollFrameCountersAnswerCountersScopeFieldEvent | PollFrameCountersAnswerCountersVersionFieldEvent | PollFrameCountersAnswerCountersAppendIdFieldEvent> {
    return streamMessage(buf, PollFrame.codec(), opts)
  }
}

export interface CountersQuestion {
  scopes: string[]
}

export namespace CountersQuestion {
  let _codec: Codec<CountersQuestion>

  export const codec = (): Codec<CountersQuestion> => {
    if (_codec == null) {
      _codec = message<CountersQuestion>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.scopes != null && obj.scopes.length > 0) {
          for (const value of obj.scopes) {
            w.uint32(10)
            w.string(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          scopes: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.scopes != null && obj.scopes.length === opts.limits.scopes) {
                throw new MaxLengthError('Decode error - repeated field "scopes" had too many elements')
              }

              if (obj.scopes.length === 4096) {
                throw new MaxLengthError('Decode error - repeated field "scopes" had too many elements')
              }

              obj.scopes.push(reader.string())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          scopes: 4096
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              if (opts.limits?.scopes != null && obj.scopes === opts.limits.scopes) {
                throw new MaxLengthError('Streaming decode error - repeated field "scopes" had too many elements')
              }

              if (obj.scopes === 4096) {
                throw new MaxLengthError('Streaming decode error - repeated field "scopes" had too many elements')
              }

              yield {
                field: `${prefix}.scopes[]`,
                index: obj.scopes,
                value: reader.string()
              }

              obj.scopes++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface CountersQuestionScopesFieldEvent {
    field: '$.scopes[]'
    index: number
    value: string
  }

  export function encode (obj: Partial<CountersQuestion>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, CountersQuestion.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CountersQuestion>): CountersQuestion {
    return decodeMessage(buf, CountersQuestion.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CountersQuestion>): Generator<CountersQuestionScopesFieldEvent> {
    return streamMessage(buf, CountersQuestion.codec(), opts)
  }
}

export interface CountersAnswer {
  logId: Uint8Array<ArrayBuffer>
  incarnation: string
  counters: Counter[]
}

export namespace CountersAnswer {
  let _codec: Codec<CountersAnswer>

  export const codec = (): Codec<CountersAnswer> => {
    if (_codec == null) {
      _codec = message<CountersAnswer>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.logId != null && obj.logId.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.logId)
        }

        if ((obj.incarnation != null && obj.incarnation !== '')) {
          w.uint32(18)
          w.string(obj.incarnation)
        }

        if (obj.counters != null && obj.counters.length > 0) {
          for (const value of obj.counters) {
            w.uint32(26)
            Counter.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          logId: uint8ArrayAlloc(0),
          incarnation: '',
          counters: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.logId = reader.bytes()
              break
            }
            case 2: {
              obj.incarnation = reader.string()
              break
            }
            case 3: {
              if (opts.limits?.counters != null && obj.counters.length === opts.limits.counters) {
                throw new MaxLengthError('Decode error - repeated field "counters" had too many elements')
              }

              if (obj.counters.length === 4096) {
                throw new MaxLengthError('Decode error - repeated field "counters" had too many elements')
              }

              obj.counters.push(Counter.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.counters$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          counters: 4096
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.logId`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.incarnation`,
                value: reader.string()
              }
              break
            }
            case 3: {
              if (opts.limits?.counters != null && obj.counters === opts.limits.counters) {
                throw new MaxLengthError('Streaming decode error - repeated field "counters" had too many elements')
              }

              if (obj.counters === 4096) {
                throw new MaxLengthError('Streaming decode error - repeated field "counters" had too many elements')
              }

              for (const evt of Counter.codec().stream(reader, reader.uint32(), `${prefix}.counters[]`, {
                limits: opts.limits?.counters$
              })) {
                yield {
                  ...evt,
                  index: obj.counters
                }
              }

              obj.counters++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface CountersAnswerLogIdFieldEvent {
    field: '$.logId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface CountersAnswerIncarnationFieldEvent {
    field: '$.incarnation'
    value: string
  }

  export interface CountersAnswerCountersScopeFieldEvent {
    field: '$.counters[].scope'
    value: string
    index: number
  }

  export interface CountersAnswerCountersVersionFieldEvent {
    field: '$.counters[].version'
    value: number
    index: number
  }

  export interface CountersAnswerCountersAppendIdFieldEvent {
    field: '$.counters[].appendId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export function encode (obj: Partial<CountersAnswer>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, CountersAnswer.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CountersAnswer>): CountersAnswer {
    return decodeMessage(buf, CountersAnswer.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<CountersAnswer>): Generator<CountersAnswerLogIdFieldEvent | CountersAnswerIncarnationFieldEvent | CountersAnswerCountersScopeFieldEvent | CountersAnswerCountersVersionFieldEvent | CountersAnswerCountersAppendIdFieldEvent> {
    return streamMessage(buf, CountersAnswer.codec(), opts)
  }
}

export interface Counter {
  scope: string
  version: number
  appendId: Uint8Array<ArrayBuffer>
}

export namespace Counter {
  let _codec: Codec<Counter>

  export const codec = (): Codec<Counter> => {
    if (_codec == null) {
      _codec = message<Counter>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.scope != null && obj.scope !== '')) {
          w.uint32(10)
          w.string(obj.scope)
        }

        if ((obj.version != null && obj.version !== 0)) {
          w.uint32(16)
          w.uint64Number(obj.version)
        }

        if ((obj.appendId != null && obj.appendId.byteLength > 0)) {
          w.uint32(26)
          w.bytes(obj.appendId)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          scope: '',
          version: 0,
          appendId: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.scope = reader.string()
              break
            }
            case 2: {
              obj.version = reader.uint64Number()
              break
            }
            case 3: {
              obj.appendId = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.scope`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.version`,
                value: reader.uint64Number()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.appendId`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface CounterScopeFieldEvent {
    field: '$.scope'
    value: string
  }

  export interface CounterVersionFieldEvent {
    field: '$.version'
    value: number
  }

  export interface CounterAppendIdFieldEvent {
    field: '$.appendId'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Counter>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Counter.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Counter>): Counter {
    return decodeMessage(buf, Counter.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Counter>): Generator<CounterScopeFieldEvent | CounterVersionFieldEvent | CounterAppendIdFieldEvent> {
    return streamMessage(buf, Counter.codec(), opts)
  }
}

export interface RevokeFrame {
  revoke?: Revoke
  revoked?: Revoked
}

export namespace RevokeFrame {
  let _codec: Codec<RevokeFrame>

  export const codec = (): Codec<RevokeFrame> => {
    if (_codec == null) {
      _codec = message<RevokeFrame>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.revoked != null) {
          obj.revoke = undefined
        }

        if (obj.revoke != null) {
          obj.revoked = undefined
        }

        if (obj.revoke != null) {
          w.uint32(10)
          Revoke.codec().encode(obj.revoke, w)
        }

        if (obj.revoked != null) {
          w.uint32(18)
          Revoked.codec().encode(obj.revoked, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.revoke = Revoke.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.revoke
              })
              break
            }
            case 2: {
              obj.revoked = Revoked.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.revoked
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.revoked != null) {
          delete obj.revoke
        }

        if (obj.revoke != null) {
          delete obj.revoked
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Revoke.codec().stream(reader, reader.uint32(), `${prefix}.revoke`, {
                limits: opts.limits?.revoke
              })

              break
            }
            case 2: {
              yield * Revoked.codec().stream(reader, reader.uint32(), `${prefix}.revoked`, {
                limits: opts.limits?.revoked
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RevokeFrameRevokeLogIdFieldEvent {
    field: '$.revoke.logId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RevokeFrameRevokeAnnouncementsScopeFieldEvent {
    field: '$.revoke.announcements[].scope'
    value: string
    index: number
  }

  export interface RevokeFrameRevokeAnnouncementsKindFieldEvent {
    field: '$.revoke.announcements[].kind'
    value: number
    index: number
  }

  export interface RevokeFrameRevokeAnnouncementsKeyFieldEvent {
    field: '$.revoke.announcements[].key'
    value: string
    index: number
  }

  export interface RevokeFrameRevokeAnnouncementsVersionFieldEvent {
    field: '$.revoke.announcements[].version'
    value: number
    index: number
  }

  export interface RevokeFrameRevokeAnnouncementsAppendIdFieldEvent {
    field: '$.revoke.announcements[].appendId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface RevokeFrameRevokeAnnouncementsPrevIdFieldEvent {
    field: '$.revoke.announcements[].prevId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface RevokeFrameRevokeAnnouncementsLogIdFieldEvent {
    field: '$.revoke.announcements[].logId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface RevokeFrameRevokedLogIdFieldEvent {
    field: '$.revoked.logId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RevokeFrameRevokedIncarnationFieldEvent {
    field: '$.revoked.incarnation'
    value: string
  }

  export interface RevokeFrameRevokedAppendIdsFieldEvent {
    field: '$.revoked.appendIds[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<RevokeFrame>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, RevokeFrame.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<RevokeFrame>): RevokeFrame {
    return decodeMessage(buf, RevokeFrame.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<RevokeFrame>): Generator<RevokeFrameRevokeLogIdFieldEvent | RevokeFrameRevokeAnnouncementsScopeFieldEvent | RevokeFrameRevokeAnnouncementsKindFieldEvent | RevokeFrameRevokeAnnouncementsKeyFieldEvent | RevokeFrameRevokeAnnouncementsVersionFieldEvent | RevokeFrameRevokeAnnouncementsAppendIdFieldEvent | RevokeFrameRevokeAnnouncementsPrevIdFieldEvent | RevokeFrameRevokeAnnouncementsLogIdFieldEvent | RevokeFrameRevokedLogIdFieldEvent | RevokeFrameRevokedIncarnationFieldEvent | RevokeFrameRevokedAppendIdsFieldEvent> {
    return streamMessage(buf, RevokeFrame.codec(), opts)
  }
}

export interface Revoke {
  logId: Uint8Array<ArrayBuffer>
  announcements: Announcement[]
}

export namespace Revoke {
  let _codec: Codec<Revoke>

  export const codec = (): Codec<Revoke> => {
    if (_codec == null) {
      _codec = message<Revoke>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.logId != null && obj.logId.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.logId)
        }

        if (obj.announcements != null && obj.announcements.length > 0) {
          for (const value of obj.announcements) {
            w.uint32(18)
            Announcement.codec().encode(value, w)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          logId: uint8ArrayAlloc(0),
          announcements: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.logId = reader.bytes()
              break
            }
            case 2: {
              if (opts.limits?.announcements != null && obj.announcements.length === opts.limits.announcements) {
                throw new MaxLengthError('Decode error - repeated field "announcements" had too many elements')
              }

              if (obj.announcements.length === 4096) {
                throw new MaxLengthError('Decode error - repeated field "announcements" had too many elements')
              }

              obj.announcements.push(Announcement.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.announcements$
              }))
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          announcements: 4096
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.logId`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              if (opts.limits?.announcements != null && obj.announcements === opts.limits.announcements) {
                throw new MaxLengthError('Streaming decode error - repeated field "announcements" had too many elements')
              }

              if (obj.announcements === 4096) {
                throw new MaxLengthError('Streaming decode error - repeated field "announcements" had too many elements')
              }

              for (const evt of Announcement.codec().stream(reader, reader.uint32(), `${prefix}.announcements[]`, {
                limits: opts.limits?.announcements$
              })) {
                yield {
                  ...evt,
                  index: obj.announcements
                }
              }

              obj.announcements++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RevokeLogIdFieldEvent {
    field: '$.logId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RevokeAnnouncementsScopeFieldEvent {
    field: '$.announcements[].scope'
    value: string
    index: number
  }

  export interface RevokeAnnouncementsKindFieldEvent {
    field: '$.announcements[].kind'
    value: number
    index: number
  }

  export interface RevokeAnnouncementsKeyFieldEvent {
    field: '$.announcements[].key'
    value: string
    index: number
  }

  export interface RevokeAnnouncementsVersionFieldEvent {
    field: '$.announcements[].version'
    value: number
    index: number
  }

  export interface RevokeAnnouncementsAppendIdFieldEvent {
    field: '$.announcements[].appendId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface RevokeAnnouncementsPrevIdFieldEvent {
    field: '$.announcements[].prevId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export interface RevokeAnnouncementsLogIdFieldEvent {
    field: '$.announcements[].logId'
    value: Uint8Array<ArrayBuffer>
    index: number
  }

  export function encode (obj: Partial<Revoke>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Revoke.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Revoke>): Revoke {
    return decodeMessage(buf, Revoke.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Revoke>): Generator<RevokeLogIdFieldEvent | RevokeAnnouncementsScopeFieldEvent | RevokeAnnouncementsKindFieldEvent | RevokeAnnouncementsKeyFieldEvent | RevokeAnnouncementsVersionFieldEvent | RevokeAnnouncementsAppendIdFieldEvent | RevokeAnnouncementsPrevIdFieldEvent | RevokeAnnouncementsLogIdFieldEvent> {
    return streamMessage(buf, Revoke.codec(), opts)
  }
}

export interface Revoked {
  logId: Uint8Array<ArrayBuffer>
  incarnation: string
  appendIds: Uint8Array<ArrayBuffer>[]
}

export namespace Revoked {
  let _codec: Codec<Revoked>

  export const codec = (): Codec<Revoked> => {
    if (_codec == null) {
      _codec = message<Revoked>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.logId != null && obj.logId.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.logId)
        }

        if ((obj.incarnation != null && obj.incarnation !== '')) {
          w.uint32(18)
          w.string(obj.incarnation)
        }

        if (obj.appendIds != null && obj.appendIds.length > 0) {
          for (const value of obj.appendIds) {
            w.uint32(26)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          logId: uint8ArrayAlloc(0),
          incarnation: '',
          appendIds: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.logId = reader.bytes()
              break
            }
            case 2: {
              obj.incarnation = reader.string()
              break
            }
            case 3: {
              if (opts.limits?.appendIds != null && obj.appendIds.length === opts.limits.appendIds) {
                throw new MaxLengthError('Decode error - repeated field "appendIds" had too many elements')
              }

              if (obj.appendIds.length === 4096) {
                throw new MaxLengthError('Decode error - repeated field "appendIds" had too many elements')
              }

              obj.appendIds.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          appendIds: 4096
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.logId`,
                value: reader.bytes()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.incarnation`,
                value: reader.string()
              }
              break
            }
            case 3: {
              if (opts.limits?.appendIds != null && obj.appendIds === opts.limits.appendIds) {
                throw new MaxLengthError('Streaming decode error - repeated field "appendIds" had too many elements')
              }

              if (obj.appendIds === 4096) {
                throw new MaxLengthError('Streaming decode error - repeated field "appendIds" had too many elements')
              }

              yield {
                field: `${prefix}.appendIds[]`,
                index: obj.appendIds,
                value: reader.bytes()
              }

              obj.appendIds++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RevokedLogIdFieldEvent {
    field: '$.logId'
    value: Uint8Array<ArrayBuffer>
  }

  export interface RevokedIncarnationFieldEvent {
    field: '$.incarnation'
    value: string
  }

  export interface RevokedAppendIdsFieldEvent {
    field: '$.appendIds[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Revoked>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Revoked.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Revoked>): Revoked {
    return decodeMessage(buf, Revoked.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Revoked>): Generator<RevokedLogIdFieldEvent | RevokedIncarnationFieldEvent | RevokedAppendIdsFieldEvent> {
    return streamMessage(buf, Revoked.codec(), opts)
  }
}

export interface AdmissionFrame {
  hello?: Hello
  proof?: Proof
  refusal?: Refusal
}

export namespace AdmissionFrame {
  let _codec: Codec<AdmissionFrame>

  export const codec = (): Codec<AdmissionFrame> => {
    if (_codec == null) {
      _codec = message<AdmissionFrame>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        obj = { ...obj }

        if (obj.refusal != null) {
          obj.proof = undefined
          obj.hello = undefined
        }

        if (obj.proof != null) {
          obj.refusal = undefined
          obj.hello = undefined
        }

        if (obj.hello != null) {
          obj.refusal = undefined
          obj.proof = undefined
        }

        if (obj.hello != null) {
          w.uint32(10)
          Hello.codec().encode(obj.hello, w)
        }

        if (obj.proof != null) {
          w.uint32(18)
          Proof.codec().encode(obj.proof, w)
        }

        if (obj.refusal != null) {
          w.uint32(26)
          Refusal.codec().encode(obj.refusal, w)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {}

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.hello = Hello.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.hello
              })
              break
            }
            case 2: {
              obj.proof = Proof.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.proof
              })
              break
            }
            case 3: {
              obj.refusal = Refusal.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.refusal
              })
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        if (obj.refusal != null) {
          delete obj.proof
          delete obj.hello
        }

        if (obj.proof != null) {
          delete obj.refusal
          delete obj.hello
        }

        if (obj.hello != null) {
          delete obj.refusal
          delete obj.proof
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Hello.codec().stream(reader, reader.uint32(), `${prefix}.hello`, {
                limits: opts.limits?.hello
              })

              break
            }
            case 2: {
              yield * Proof.codec().stream(reader, reader.uint32(), `${prefix}.proof`, {
                limits: opts.limits?.proof
              })

              break
            }
            case 3: {
              yield * Refusal.codec().stream(reader, reader.uint32(), `${prefix}.refusal`, {
                limits: opts.limits?.refusal
              })

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface AdmissionFrameHelloOriginNodeFieldEvent {
    field: '$.hello.origin.node'
    value: string
  }

  export interface AdmissionFrameHelloOriginEpochFieldEvent {
    field: '$.hello.origin.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AdmissionFrameHelloNonceFieldEvent {
    field: '$.hello.nonce'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AdmissionFrameHelloVersionMinFieldEvent {
    field: '$.hello.versionMin'
    value: number
  }

  export interface AdmissionFrameHelloVersionMaxFieldEvent {
    field: '$.hello.versionMax'
    value: number
  }

  export interface AdmissionFrameHelloFeaturesFieldEvent {
    field: '$.hello.features'
    value: number
  }

  export interface AdmissionFrameHelloAddressesFieldEvent {
    field: '$.hello.addresses[]'
    index: number
    value: string
  }

  export interface AdmissionFrameHelloKeyIdsFieldEvent {
    field: '$.hello.keyIds[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export interface AdmissionFrameProofMacFieldEvent {
    field: '$.proof.mac'
    value: Uint8Array<ArrayBuffer>
  }

  export interface AdmissionFrameRefusalCodeFieldEvent {
    field: '$.refusal.code'
    value: string
  }

  export interface AdmissionFrameRefusalReasonFieldEvent {
    field: '$.refusal.reason'
    value: string
  }

  export function encode (obj: Partial<AdmissionFrame>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, AdmissionFrame.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<AdmissionFrame>): AdmissionFrame {
    return decodeMessage(buf, AdmissionFrame.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<AdmissionFrame>): Generator<AdmissionFrameHelloOriginNodeFieldEvent | AdmissionFrameHelloOriginEpochFieldEvent | AdmissionFrameHelloNonceFieldEvent | AdmissionFrameHelloVersionMinFieldEvent | AdmissionFrameHelloVersionMaxFieldEvent | AdmissionFrameHelloFeaturesFieldEvent | AdmissionFrameHelloAddressesFieldEvent | AdmissionFrameHelloKeyIdsFieldEvent | AdmissionFrameProofMacFieldEvent | AdmissionFrameRefusalCodeFieldEvent | AdmissionFrameRefusalReasonFieldEvent> {
    return streamMessage(buf, AdmissionFrame.codec(), opts)
  }
}

export interface Hello {
  origin?: Origin
  nonce: Uint8Array<ArrayBuffer>
  versionMin: number
  versionMax: number
  features: number
  addresses: string[]
  keyIds: Uint8Array<ArrayBuffer>[]
}

export namespace Hello {
  let _codec: Codec<Hello>

  export const codec = (): Codec<Hello> => {
    if (_codec == null) {
      _codec = message<Hello>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if (obj.origin != null) {
          w.uint32(10)
          Origin.codec().encode(obj.origin, w)
        }

        if ((obj.nonce != null && obj.nonce.byteLength > 0)) {
          w.uint32(18)
          w.bytes(obj.nonce)
        }

        if ((obj.versionMin != null && obj.versionMin !== 0)) {
          w.uint32(24)
          w.uint32(obj.versionMin)
        }

        if ((obj.versionMax != null && obj.versionMax !== 0)) {
          w.uint32(32)
          w.uint32(obj.versionMax)
        }

        if ((obj.features != null && obj.features !== 0)) {
          w.uint32(40)
          w.uint32(obj.features)
        }

        if (obj.addresses != null && obj.addresses.length > 0) {
          for (const value of obj.addresses) {
            w.uint32(50)
            w.string(value)
          }
        }

        if (obj.keyIds != null && obj.keyIds.length > 0) {
          for (const value of obj.keyIds) {
            w.uint32(58)
            w.bytes(value)
          }
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          nonce: uint8ArrayAlloc(0),
          versionMin: 0,
          versionMax: 0,
          features: 0,
          addresses: [],
          keyIds: []
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.origin = Origin.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.origin
              })
              break
            }
            case 2: {
              obj.nonce = reader.bytes()
              break
            }
            case 3: {
              obj.versionMin = reader.uint32()
              break
            }
            case 4: {
              obj.versionMax = reader.uint32()
              break
            }
            case 5: {
              obj.features = reader.uint32()
              break
            }
            case 6: {
              if (opts.limits?.addresses != null && obj.addresses.length === opts.limits.addresses) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements')
              }

              if (obj.addresses.length === 16) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements')
              }

              obj.addresses.push(reader.string())
              break
            }
            case 7: {
              if (opts.limits?.keyIds != null && obj.keyIds.length === opts.limits.keyIds) {
                throw new MaxLengthError('Decode error - repeated field "keyIds" had too many elements')
              }

              if (obj.keyIds.length === 8) {
                throw new MaxLengthError('Decode error - repeated field "keyIds" had too many elements')
              }

              obj.keyIds.push(reader.bytes())
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const obj = {
          addresses: 16,
          keyIds: 8
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield * Origin.codec().stream(reader, reader.uint32(), `${prefix}.origin`, {
                limits: opts.limits?.origin
              })

              break
            }
            case 2: {
              yield {
                field: `${prefix}.nonce`,
                value: reader.bytes()
              }
              break
            }
            case 3: {
              yield {
                field: `${prefix}.versionMin`,
                value: reader.uint32()
              }
              break
            }
            case 4: {
              yield {
                field: `${prefix}.versionMax`,
                value: reader.uint32()
              }
              break
            }
            case 5: {
              yield {
                field: `${prefix}.features`,
                value: reader.uint32()
              }
              break
            }
            case 6: {
              if (opts.limits?.addresses != null && obj.addresses === opts.limits.addresses) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements')
              }

              if (obj.addresses === 16) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements')
              }

              yield {
                field: `${prefix}.addresses[]`,
                index: obj.addresses,
                value: reader.string()
              }

              obj.addresses++

              break
            }
            case 7: {
              if (opts.limits?.keyIds != null && obj.keyIds === opts.limits.keyIds) {
                throw new MaxLengthError('Streaming decode error - repeated field "keyIds" had too many elements')
              }

              if (obj.keyIds === 8) {
                throw new MaxLengthError('Streaming decode error - repeated field "keyIds" had too many elements')
              }

              yield {
                field: `${prefix}.keyIds[]`,
                index: obj.keyIds,
                value: reader.bytes()
              }

              obj.keyIds++

              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface HelloOriginNodeFieldEvent {
    field: '$.origin.node'
    value: string
  }

  export interface HelloOriginEpochFieldEvent {
    field: '$.origin.epoch'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HelloNonceFieldEvent {
    field: '$.nonce'
    value: Uint8Array<ArrayBuffer>
  }

  export interface HelloVersionMinFieldEvent {
    field: '$.versionMin'
    value: number
  }

  export interface HelloVersionMaxFieldEvent {
    field: '$.versionMax'
    value: number
  }

  export interface HelloFeaturesFieldEvent {
    field: '$.features'
    value: number
  }

  export interface HelloAddressesFieldEvent {
    field: '$.addresses[]'
    index: number
    value: string
  }

  export interface HelloKeyIdsFieldEvent {
    field: '$.keyIds[]'
    index: number
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Hello>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Hello.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hello>): Hello {
    return decodeMessage(buf, Hello.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Hello>): Generator<HelloOriginNodeFieldEvent | HelloOriginEpochFieldEvent | HelloNonceFieldEvent | HelloVersionMinFieldEvent | HelloVersionMaxFieldEvent | HelloFeaturesFieldEvent | HelloAddressesFieldEvent | HelloKeyIdsFieldEvent> {
    return streamMessage(buf, Hello.codec(), opts)
  }
}

export interface Proof {
  mac: Uint8Array<ArrayBuffer>
}

export namespace Proof {
  let _codec: Codec<Proof>

  export const codec = (): Codec<Proof> => {
    if (_codec == null) {
      _codec = message<Proof>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.mac != null && obj.mac.byteLength > 0)) {
          w.uint32(10)
          w.bytes(obj.mac)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          mac: uint8ArrayAlloc(0)
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.mac = reader.bytes()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.mac`,
                value: reader.bytes()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface ProofMacFieldEvent {
    field: '$.mac'
    value: Uint8Array<ArrayBuffer>
  }

  export function encode (obj: Partial<Proof>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Proof.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Proof>): Proof {
    return decodeMessage(buf, Proof.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Proof>): Generator<ProofMacFieldEvent> {
    return streamMessage(buf, Proof.codec(), opts)
  }
}

export interface Refusal {
  code: string
  reason: string
}

export namespace Refusal {
  let _codec: Codec<Refusal>

  export const codec = (): Codec<Refusal> => {
    if (_codec == null) {
      _codec = message<Refusal>((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork()
        }

        if ((obj.code != null && obj.code !== '')) {
          w.uint32(10)
          w.string(obj.code)
        }

        if ((obj.reason != null && obj.reason !== '')) {
          w.uint32(18)
          w.string(obj.reason)
        }

        if (opts.lengthDelimited !== false) {
          w.ldelim()
        }
      }, (reader, length, opts = {}) => {
        const obj: any = {
          code: '',
          reason: ''
        }

        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              obj.code = reader.string()
              break
            }
            case 2: {
              obj.reason = reader.string()
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }

        return obj
      }, function * (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length

        while (reader.pos < end) {
          const tag = reader.uint32()

          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.code`,
                value: reader.string()
              }
              break
            }
            case 2: {
              yield {
                field: `${prefix}.reason`,
                value: reader.string()
              }
              break
            }
            default: {
              reader.skipType(tag & 7)
              break
            }
          }
        }
      })
    }

    return _codec
  }

  export interface RefusalCodeFieldEvent {
    field: '$.code'
    value: string
  }

  export interface RefusalReasonFieldEvent {
    field: '$.reason'
    value: string
  }

  export function encode (obj: Partial<Refusal>): Uint8Array<ArrayBuffer> {
    return encodeMessage(obj, Refusal.codec())
  }

  export function decode (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Refusal {
    return decodeMessage(buf, Refusal.codec(), opts)
  }

  export function stream (buf: Uint8Array | Uint8ArrayList, opts?: DecodeOptions<Refusal>): Generator<RefusalCodeFieldEvent | RefusalReasonFieldEvent> {
    return streamMessage(buf, Refusal.codec(), opts)
  }
}
