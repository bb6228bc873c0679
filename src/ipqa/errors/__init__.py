"""Every error a user can meet, on one page.

    IpqaError
    ├── QuestionError        the question cannot be asked as it stands
    │   ├── EmptyQuestion · NoWordsInQuestion · QuestionTooLong
    │   ├── UnknownReport · ModeUnavailable
    │   └── EmptyDraft · DraftTooLong
    ├── ReadError            a file cannot be read as a report
    │   ├── FileMissing · FileUnreadable · NotText · UnknownEncoding · BrokenUtf8
    │   ├── FormatNotReadable · FileBroken · PasswordNeeded · NoTextLayer
    │   ├── EmptyReport · NothingInFolder · FileTooLarge · UnpacksTooLarge
    │   ├── ReadingTooSlow · ReadingTooHeavy · ReadingCrashed
    │   ├── CopyDamaged · WorkerLost
    │   └── AddressRefused · DownloadFailed
    ├── IndexProblem          the index cannot be opened, or cannot be written
    │   ├── IndexMissing · IndexDamaged · IndexMismatch (IndexTooOld) · IndexTooNew
    │   ├── IndexNotWritable · IndexBusy · EmptyCorpus · LastReport
    │   └── NoGenerationBefore · CanaryFailed · IndexUnreachable
    ├── FileNotWritable      a file that was asked for cannot be written
    ├── AnswersUnreadable    a file of saved answers is none
    ├── BadGold              gold questions that cannot be measured against
    ├── RunUnreadable        a folder holds no evaluation run
    ├── BadAnswers · BadThreshold   what an evaluation is given cannot be read
    ├── NothingToAsk         no question can be made of the reports
    ├── JudgeUnavailable     the model that is to judge answers cannot be asked
    ├── RecordsUnavailable   what keeps conversations, feedback and keys cannot be used
    │   ├── RecordsDamaged · RecordUnreadable · RecordsTooNew
    │   └── DatabaseUnavailable
    ├── RecordsNotEmpty · RecordsMissing   records cannot be copied there, or from there
    ├── AccessError          a server does not do what was asked for whoever asked it
    │   ├── KeyNeeded · KeyRefused · AdminNeeded · EveryReportNeeded · NothingToRead
    │   ├── TooManyRequests · HostRefused · RequestTooLarge
    │   │   └── ServerBusy · TooManyConnections
    │   └── NoKeys · KeyExists · UnknownKey · BadKey
    ├── UnknownRecord        a conversation, a job or an evaluation that is asked for is not there
    │   └── UnknownConversation · ConversationsOff · UnknownJob · NoEvaluation
    ├── JobAbandoned         the server that a job was given to ended before it was done
    ├── ExtraMissing         a feature needs packages that are not installed
    ├── ModelUnavailable     a model cannot be loaded
    │   ├── ModelUnreachable
    │   └── ShippedModelUnavailable
    │       └── ShippedModelChanged
    ├── DictionaryUnavailable   Japanese cannot be cut into words
    ├── NotReady             the server cannot answer questions now
    │   └── RecordsNotReady
    ├── EndpointUnreachable  the language model's endpoint does not answer
    ├── ClusterUnavailable   the Ray cluster that is to read and embed reports cannot be used
    ├── DiskNearlyFull       a new generation of the index may not find room
    ├── BadSetting           an environment variable or option has no valid value
    │   └── SettingReplaced
    └── AddressInUse         the server cannot listen where it was told to

Each says what happened, to what, and what to do next, in Japanese and in English; the faces (command
line, HTTP, page) choose the language and nothing else.
"""

from ipqa.errors.access import (
    AccessError,
    AdminNeeded,
    BadKey,
    EveryReportNeeded,
    HostRefused,
    KeyExists,
    KeyNeeded,
    KeyRefused,
    NoKeys,
    NothingToRead,
    RequestTooLarge,
    ServerBusy,
    TooManyConnections,
    TooManyRequests,
    UnknownKey,
)
from ipqa.errors.base import (
    IpqaError,
    Language,
)
from ipqa.errors.evaluation import (
    AnswersUnreadable,
    BadAnswers,
    BadGold,
    BadThreshold,
    JudgeUnavailable,
    NothingToAsk,
    RunUnreadable,
)
from ipqa.errors.index import (
    CanaryFailed,
    EmptyCorpus,
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexNotWritable,
    IndexProblem,
    IndexTooNew,
    IndexTooOld,
    IndexUnreachable,
    LastReport,
    NoGenerationBefore,
)
from ipqa.errors.question import (
    DraftTooLong,
    EmptyDraft,
    EmptyQuestion,
    ModeUnavailable,
    NoWordsInQuestion,
    QuestionError,
    QuestionTooLong,
    UnknownReport,
)
from ipqa.errors.reading import (
    AddressRefused,
    BrokenUtf8,
    CopyDamaged,
    DownloadFailed,
    EmptyReport,
    FileBroken,
    FileMissing,
    FileTooLarge,
    FileUnreadable,
    FormatNotReadable,
    NoTextLayer,
    NothingInFolder,
    NotText,
    PasswordNeeded,
    ReadError,
    ReadingCrashed,
    ReadingTooHeavy,
    ReadingTooSlow,
    UnknownEncoding,
    UnpacksTooLarge,
    WorkerLost,
)
from ipqa.errors.records import (
    ConversationsOff,
    DatabaseUnavailable,
    JobAbandoned,
    NoEvaluation,
    RecordsDamaged,
    RecordsMissing,
    RecordsNotEmpty,
    RecordsTooNew,
    RecordsUnavailable,
    RecordUnreadable,
    UnknownConversation,
    UnknownJob,
    UnknownRecord,
)
from ipqa.errors.running import (
    AddressInUse,
    BadSetting,
    ClusterUnavailable,
    DictionaryUnavailable,
    DiskNearlyFull,
    EndpointUnreachable,
    ExtraMissing,
    FileNotWritable,
    ModelUnavailable,
    ModelUnreachable,
    NotReady,
    RecordsNotReady,
    SettingReplaced,
    ShippedModelChanged,
    ShippedModelUnavailable,
)

__all__ = [
    "AccessError",
    "AddressInUse",
    "AddressRefused",
    "AdminNeeded",
    "AnswersUnreadable",
    "BadAnswers",
    "BadGold",
    "BadKey",
    "BadSetting",
    "BadThreshold",
    "BrokenUtf8",
    "CanaryFailed",
    "ClusterUnavailable",
    "ConversationsOff",
    "CopyDamaged",
    "DatabaseUnavailable",
    "DictionaryUnavailable",
    "DiskNearlyFull",
    "DownloadFailed",
    "DraftTooLong",
    "EmptyCorpus",
    "EmptyDraft",
    "EmptyQuestion",
    "EmptyReport",
    "EndpointUnreachable",
    "EveryReportNeeded",
    "ExtraMissing",
    "FileBroken",
    "FileMissing",
    "FileNotWritable",
    "FileTooLarge",
    "FileUnreadable",
    "FormatNotReadable",
    "HostRefused",
    "IndexBusy",
    "IndexDamaged",
    "IndexMismatch",
    "IndexMissing",
    "IndexNotWritable",
    "IndexProblem",
    "IndexTooNew",
    "IndexTooOld",
    "IndexUnreachable",
    "IpqaError",
    "JobAbandoned",
    "JudgeUnavailable",
    "KeyExists",
    "KeyNeeded",
    "KeyRefused",
    "Language",
    "LastReport",
    "ModeUnavailable",
    "ModelUnavailable",
    "ModelUnreachable",
    "NoEvaluation",
    "NoGenerationBefore",
    "NoKeys",
    "NoTextLayer",
    "NoWordsInQuestion",
    "NotReady",
    "NotText",
    "NothingInFolder",
    "NothingToAsk",
    "NothingToRead",
    "PasswordNeeded",
    "QuestionError",
    "QuestionTooLong",
    "ReadError",
    "ReadingCrashed",
    "ReadingTooHeavy",
    "ReadingTooSlow",
    "RecordUnreadable",
    "RecordsDamaged",
    "RecordsMissing",
    "RecordsNotEmpty",
    "RecordsNotReady",
    "RecordsTooNew",
    "RecordsUnavailable",
    "RequestTooLarge",
    "RunUnreadable",
    "ServerBusy",
    "SettingReplaced",
    "ShippedModelChanged",
    "ShippedModelUnavailable",
    "TooManyConnections",
    "TooManyRequests",
    "UnknownConversation",
    "UnknownEncoding",
    "UnknownJob",
    "UnknownKey",
    "UnknownRecord",
    "UnknownReport",
    "UnpacksTooLarge",
    "WorkerLost",
]
