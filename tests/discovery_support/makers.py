"""Settings documents in the forms that different makers send: their elements, order, namespaces and mistakes.

The texts are ours, with reserved names in them; each row names the maker whose form it has, and what is special in it.
"""

from __future__ import annotations

from dataclasses import dataclass

POX = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
REQUEST = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
MOBILE = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"

Expected = tuple[str, int, str, str]  # host, port, TLS mode, user; the address is jo@example.test


@dataclass(frozen=True)
class Sample:
    """A document, and what it says.

    Attributes:
        maker: Whose form it has.
        document: The text, without the XML declaration where the maker sends none.
        servers: Its SMTP servers; none where it is refused.
        refused: A part of the sentence that refuses it.
    """

    maker: str
    document: str
    servers: tuple[Expected, ...] = ()
    refused: str = ""


def _pox(*protocols: str, root: str = POX, response: str = OUTLOOK, before: str = "") -> str:
    inside = "\n".join(f"<Protocol>{protocol}</Protocol>" for protocol in protocols)
    return (
        '<?xml version="1.0" encoding="utf-8" ?>\n'
        f'<Autodiscover xmlns="{root}">\n<Response xmlns="{response}">\n{before}'
        f"<Account>\n<AccountType>email</AccountType>\n<Action>settings</Action>\n{inside}\n</Account>\n</Response>\n"
        "</Autodiscover>\n"
    )


def _imap(user: str = "<LoginName>jo@example.test</LoginName>") -> str:
    return f"<Type>IMAP</Type><Server>mx.example.test</Server><Port>993</Port>{user}<SSL>on</SSL>"


ADDRESS = "jo@example.test"

ANSWERS = (
    Sample(
        "mailcow: SSL on at 587 beside calendars whose servers are URLs",
        _pox(
            _imap(),
            "<Type>SMTP</Type><Server>mx.example.test</Server><Port>587</Port><DomainRequired>off</DomainRequired>"
            f"<LoginName>{ADDRESS}</LoginName><SPA>off</SPA><SSL>on</SSL><AuthRequired>on</AuthRequired>"
            "<UsePOPAuth>on</UsePOPAuth><SMTPLast>off</SMTPLast>",
            "<Type>CalDAV</Type><Server>https://mx.example.test/SOGo/dav/jo/</Server>",
            before="<User><DisplayName>Jo &amp; Doe</DisplayName></User>",
        ),
        (("mx.example.test", 587, "starttls", ADDRESS),),
    ),
    Sample(
        "ISPConfig, isp-mailConfig: Encryption instead of SSL, at port 25",
        _pox(
            "<Type>SMTP</Type><Server>mx.example.test</Server><Port>25</Port><DomainRequired>off</DomainRequired>"
            "<LoginName>web12p3</LoginName><SPA>off</SPA><Encryption>TLS</Encryption><AuthRequired>on</AuthRequired>"
            "<UsePOPAuth>off</UsePOPAuth><SMTPLast>off</SMTPLast>"
        ),
        (("mx.example.test", 25, "starttls", "web12p3"),),
    ),
    Sample(
        "hekko: an empty LoginName, and the word STARTTLS, which the format does not know",
        _pox(
            _imap("<LoginName></LoginName>"),
            "<Type>SMTP</Type><Server>s28.example.net</Server><Port>587</Port><DomainRequired>off</DomainRequired>"
            "<LoginName></LoginName><SPA>off</SPA><Encryption>STARTTLS</Encryption><AuthRequired>on</AuthRequired>",
        )
        + "\n\n\n",
        (("s28.example.net", 587, "starttls", ADDRESS),),
    ),
    Sample(
        "AlternC: single quotes, a blank behind the declaration; only IMAP has a user, with its domain beside it",
        "<?xml version='1.0' encoding='UTF-8'?> \n"
        + _pox(
            "<Type>IMAP</Type><Server>imap.example.test</Server><Port>993</Port><LoginName>jo_example</LoginName>"
            "<DomainName>example.test</DomainName><SPA>off</SPA><SSL>on</SSL>",
            "<Type>SMTP</Type><Server>smtp.example.test</Server><Port>587</Port><SPA>off</SPA><SSL>on</SSL>"
            "<AuthRequired>on</AuthRequired><UsePOPAuth>on</UsePOPAuth><SMTPLast>off</SMTPLast>",
        ).partition("\n")[2],
        (("smtp.example.test", 587, "starttls", "jo_example"),),
    ),
    Sample(
        "a script on shared hosting: no encryption at 25, two DomainRequired, namespaces that nobody uses",
        _pox(
            "<Type>SMTP</Type><Server>smtp.example.test</Server><Port>25</Port><DomainRequired>off</DomainRequired>"
            "<LoginName>jo@example.test</LoginName><SPA>off</SPA><SSL>off</SSL><DomainRequired>off</DomainRequired>",
            root=f'{POX}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="urn:x',
        ),
        (("smtp.example.test", 25, "opportunistic", ADDRESS),),
    ),
    Sample(
        "a tutorial for nginx: DomainRequired on, and no user at all",
        _pox(
            "<Type>POP3</Type><Server>mail.example.test</Server><Port>995</Port><DomainRequired>on</DomainRequired>",
            "<Type>SMTP</Type><Server>mail.example.test</Server><Port>587</Port><DomainRequired>on</DomainRequired>"
            "<SPA>off</SPA><SSL>on</SSL><AuthRequired>on</AuthRequired><UsePOPAuth>off</UsePOPAuth>",
        ),
        (("mail.example.test", 587, "starttls", ADDRESS),),
    ),
    Sample(
        "Group-Office: the user last, SSL on at 143 and 587",
        _pox(
            "<Type>SMTP</Type><Server>go.example.test</Server><Port>587</Port><SPA>off</SPA><SSL>on</SSL>"
            f"<AuthRequired>on</AuthRequired><UsePOPAuth>on</UsePOPAuth><LoginName>{ADDRESS}</LoginName>"
        ),
        (("go.example.test", 587, "starttls", ADDRESS),),
    ),
    Sample(
        "automx2, older: the root has the request's namespace",
        _pox(
            "<Type>SMTP</Type><Server>mx.example.test</Server><Port>465</Port>"
            f"<LoginName>{ADDRESS}</LoginName><SSL>on</SSL>",
            root=REQUEST,
        ),
        (("mx.example.test", 465, "implicit", ADDRESS),),
    ),
    Sample(
        "a serialiser with prefixes, and no namespace on the inner elements",
        '<a:Autodiscover xmlns:a="urn:a"><b:Response xmlns:b="urn:b"><Account><Action>settings</Action>'
        "<Protocol><Type>smtp</Type><Server>MX.Example.Test.</Server><Port> 465 </Port><SSL>On</SSL></Protocol>"
        "</Account></b:Response></a:Autodiscover>",
        (("mx.example.test", 465, "implicit", ADDRESS),),
    ),
    Sample(
        "Exchange: its own protocols, the inner ones not of the account",
        _pox(
            "<Type>EXCH</Type><Server>MBX.example.test</Server><ServerVersion>73C18000</ServerVersion>"
            "<Internal><Protocol><Type>SMTP</Type><Server>inner.example.test</Server><Port>25</Port></Protocol></Internal>",
            "<Type>WEB</Type>",
        ),
        refused="Exchange's own protocols, but no SMTP server",
    ),
    Sample(
        "an answer for telephones",
        f'<Autodiscover xmlns="{POX}"><Response xmlns="{MOBILE}"><Culture>en:en</Culture><Action><Settings><Server>'
        "<Type>MobileSync</Type><Url>https://mx.example.test/eas</Url></Server></Settings></Action></Response>"
        "</Autodiscover>",
        refused="names no SMTP server",
    ),
    # The next four were not read until the parser was done, and it read them as they are meant.
    Sample(
        "K-9's example: a line end before the declaration, no port for POP3, a domain beside the user",
        "\n"
        + _pox(
            "<Type>POP3</Type><Server>mail.example.test</Server><SSL>on</SSL>",
            "<Type>SMTP</Type><Server>smtp.example.test</Server><Port>456</Port><LoginName>abc</LoginName>"
            "<DomainRequired>on</DomainRequired><DomainName>example.net</DomainName><SPA>off</SPA><SSL>on</SSL>"
            "<AuthRequired>on</AuthRequired><SMTPLast>on</SMTPLast>",
        ),
        (("smtp.example.test", 456, "implicit", "abc@example.net"),),
    ),
    Sample(
        "a mail server made with FastAPI: true and false for on and off",
        _pox(
            "<Type>SMTP</Type><Server>mail.example.test</Server><Port>587</Port><DomainRequired>false</DomainRequired>"
            f"<LoginName>{ADDRESS}</LoginName><SPA>false</SPA><Encryption>TLS</Encryption><AuthRequired>on</AuthRequired>",
            before="<User><AutoDiscoverSMTPAddress>jo@example.test</AutoDiscoverSMTPAddress></User>",
        ),
        (("mail.example.test", 587, "starttls", ADDRESS),),
    ),
    Sample(
        "a WordPress plug-in: empty elements, no Response namespace",
        _pox(
            f"<Type>SMTP</Type><Server>smtp.example.test</Server><Port>587</Port><LoginName>{ADDRESS}</LoginName>"
            "<DomainRequired>off</DomainRequired><DomainName></DomainName><SPA>off</SPA><SSL>on</SSL>",
            response="",
            before="<Image>https://example.test/icon.png</Image>",
        ),
        (("smtp.example.test", 587, "starttls", ADDRESS),),
    ),
    Sample(
        "self-discover: https in the namespaces",
        _pox(
            f"<Type>SMTP</Type><Server>smtp.example.test</Server><Port>587</Port><LoginName>{ADDRESS}</LoginName>"
            "<SPA>off</SPA><Encryption>TLS</Encryption><AuthRequired>on</AuthRequired><UsePOPAuth>off</UsePOPAuth>",
            root=POX.replace("http", "https"),
            response=OUTLOOK.replace("http", "https"),
        ),
        (("smtp.example.test", 587, "starttls", ADDRESS),),
    ),
    Sample("an answer of nothing", _pox(), refused="names no SMTP server"),
    Sample(
        "an error, as Exchange and most makers say it",
        f'<Autodiscover xmlns="{POX}"><Response><Error Time="00:00:00.1" Id="1"><ErrorCode>600</ErrorCode>'
        "<Message>Invalid Request</Message><DebugData /></Error></Response></Autodiscover>",
        refused=r"there is an error \(600\)",
    ),
    Sample(
        "an error in attributes",
        f'<Autodiscover xmlns="{POX}"><Response><Error Code="600" Message="no" /></Response></Autodiscover>',
        refused="there is an error",
    ),
)

_IMAP = (
    '<incomingServer type="imap"><hostname>imap.example.test</hostname><port>993</port><socketType>SSL</socketType>'
    "<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>"
)


def _config(*outgoing: str, before: str = "", after: str = "", declaration: str = '<?xml version="1.0"?>') -> str:
    return (
        f'{declaration}\n<clientConfig version="1.1">\n<emailProvider id="example.test">\n{before}{_IMAP}'
        + "".join(f'<outgoingServer type="smtp">{one}</outgoingServer>' for one in outgoing)
        + f"</emailProvider>{after}</clientConfig>\n"
    )


CONFIGS = (
    Sample(
        "mailcow: the domain is a placeholder",
        _config(
            "<hostname>mx.example.test</hostname><port>465</port><socketType>SSL</socketType>"
            "<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>",
            "<hostname>mx.example.test</hostname><port>587</port><socketType>STARTTLS</socketType>"
            "<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>",
            before="<domain>%EMAILDOMAIN%</domain><displayName>A mailcow mail server</displayName>",
            after='<webMail><loginPage url="https://mx.example.test/SOGo/" /></webMail>',
        ),
        (("mx.example.test", 465, "implicit", ADDRESS), ("mx.example.test", 587, "starttls", ADDRESS)),
    ),
    Sample(
        "a script: blank lines before the declaration, encrypted passwords, restrictions as in Thunderbird's example",
        "\n\n"
        + _config(
            "<hostname>smtp.example.test</hostname><port>25</port><socketType>STARTTLS</socketType>"
            "<authentication>password-encrypted</authentication><username>%EMAILLOCALPART%</username>"
            "<restriction>clientIPAddress</restriction><addThisServer>true</addThisServer>"
            "<useGlobalPreferredServer>false</useGlobalPreferredServer>",
            before="<!-- made by a script --><displayName>example.test Mail</displayName>",
        ),
        (("smtp.example.test", 25, "starttls", "jo"),),
    ),
    Sample(
        "macros that leave blanks and line ends around the words",
        _config(
            "<hostname>\n mx.example.test\n</hostname><port> 587</port>"
            "<socketType>\n            STARTTLS\n            </socketType><username>\n%EMAILADDRESS%</username>"
        ),
        (("mx.example.test", 587, "starttls", ADDRESS),),
    ),
    Sample(
        "Gmail's form: two methods, and a part on OAuth behind the servers",
        _config(
            "<hostname>smtp.example.test</hostname><port>465</port><socketType>SSL</socketType>"
            "<username>%EMAILADDRESS%</username><authentication>OAuth2</authentication>"
            "<authentication>password-cleartext</authentication>",
            after="<oAuth2><issuer>accounts.example.test</issuer><scope>https://mail.example.test/</scope></oAuth2>",
        ),
        (("smtp.example.test", 465, "implicit", ADDRESS),),
    ),
    Sample(
        "a generator that names neither user nor method, and no XML declaration",
        _config(
            "<hostname>smtp.example.test</hostname><port>587</port><socketType>STARTTLS</socketType>", declaration=""
        ),
        (("smtp.example.test", 587, "starttls", ADDRESS),),
    ),
    Sample(
        "a hoster that fills in the whole address itself, once per alias",
        _config(
            *(
                f"<hostname>mail.example.test</hostname><port>587</port><socketType>STARTTLS</socketType>"
                f"<username>{user}</username><authentication>plain</authentication>"
                for user in (ADDRESS, ADDRESS, "jo.example.test")
            ),
            before="<domain>example.test</domain><domain purpose='mx'>mx.example.test</domain>",
        ),
        (("mail.example.test", 587, "starttls", ADDRESS), ("mail.example.test", 587, "starttls", "jo.example.test")),
    ),
    Sample(
        "a parked domain", "<!DOCTYPE html>\n<html lang=en><head><title>Buy</title></head></html>", refused="web page"
    ),
    Sample(
        "a start page in XHTML",
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/x"><html/>',
        refused="web page",
    ),
    Sample("a start page with a comment first", "<!-- cached -->\n<HTML><BODY>hi</BODY></HTML>", refused="web page"),
    Sample("an answer in JSON", '{"error": "not found"}', refused="not well-formed"),
)
